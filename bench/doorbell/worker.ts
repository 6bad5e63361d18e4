import { contend } from '../contend.ts';
import { createDelivery } from './delivery.ts';
import { openPlace, type StorePlace } from './open-store.ts';

let deliveredCount = 0;
let failure: Error | undefined;

/** One of several workers on the same database. */
async function start({ place }: { readonly place: StorePlace }): Promise<void> {
  const delivery = createDelivery(await openPlace(place), {
    delivered() {
      deliveredCount += 1;
    },
    failed(error) {
      failure ??= error;
    },
  });
  delivery.start();
}

/** So far, by this worker. */
async function delivered(): Promise<number> {
  if (failure !== undefined) throw failure;
  return deliveredCount;
}

contend({ start, delivered });
