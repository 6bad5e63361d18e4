import { contend } from '../contend.ts';
import { changeOf, customerIds } from '../workload.ts';
import { fill } from './fill.ts';
import { openStore, type StorePlace } from './open-store.ts';

interface FillTask {
  readonly place: StorePlace;
  readonly sinkUrl: string;
  readonly lanes: number;
}

/** All lanes for one endpoint. */
async function fillOne({ place, sinkUrl, lanes }: FillTask): Promise<void> {
  const store = await openStore(place, sinkUrl);
  const [customerId] = customerIds;
  await fill(store, lanes, (index) => ({ ...changeOf(index, lanes, 'task'), customerId }));
  await store.close();
}

contend({ fill: fillOne });
