import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '@doorbell/engine';
import type { DrainFigures } from '../drain-figures.ts';
import { changeOf } from '../workload.ts';
import { createDelivery } from './delivery.ts';
import { fill } from './fill.ts';
import { openStore } from './open-store.ts';

/** So many notifications, to the last commit. Any that is not delivered at its first attempt is an error. */
export async function deliver(store: Store, notifications: number): Promise<DrainFigures> {
  const end = Promise.withResolvers<void>();
  let left = notifications;
  const delivery = createDelivery(store, {
    delivered() {
      left -= 1;
      if (left === 0) end.resolve();
    },
    failed: end.reject,
  });
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  delivery.start();
  await end.promise;
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await delivery.stop();
  await delivery.close();
  return { perSecond: notifications / seconds, cpuMicros: (user + system) / notifications };
}

/** Lets the compiler see the whole path before anything is measured, in a database that is thrown away. */
export async function warmUp(task: {
  readonly folder: string;
  readonly sinkUrl: string;
  readonly warmUp: number;
}): Promise<void> {
  const folder = await mkdtemp(join(task.folder, 'warm-up-'));
  const store = await openStore({ sqlite: join(folder, 'doorbell.db') }, task.sinkUrl);
  await fill(store, task.warmUp, (index) => changeOf(index, task.warmUp, 'warm'));
  await deliver(store, task.warmUp);
  await store.close();
  await rm(folder, { recursive: true });
}
