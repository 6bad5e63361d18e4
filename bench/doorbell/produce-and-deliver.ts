import { contend } from '../contend.ts';
import { type Commits, type ProducerTask, produce } from '../producer.ts';
import { createDelivery } from './delivery.ts';
import { openStore, type StorePlace } from './open-store.ts';

/** Producer and engine in one process, as on the embedded database. */
async function run(
  task: ProducerTask & { readonly place: StorePlace; readonly sinkUrl: string },
): Promise<Commits> {
  const store = await openStore(task.place, task.sinkUrl);
  const end = Promise.withResolvers<void>();
  const warmUp = { ...task, seconds: 2, series: 'warm' };
  let left = task.perSecond * (warmUp.seconds + task.seconds);
  const delivery = createDelivery(store, {
    delivered() {
      left -= 1;
      if (left === 0) end.resolve();
    },
    failed: end.reject,
  });
  delivery.start();
  const putIn = (change: Parameters<typeof delivery.append>[0][number]) => delivery.append([change]);
  await produce(warmUp, putIn);
  const commits = await produce(task, putIn);
  await end.promise;
  await delivery.stop();
  await delivery.close();
  await store.close();
  return commits;
}

contend({ run });
