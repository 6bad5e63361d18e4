import type { NewChange } from '@doorbell/engine';
import { changeOf, connectionsMax, draftOfEndpoint } from '../workload.ts';
import { fill } from './fill.ts';
import { type OpenedStore, openPlace, type StorePlace } from './open-store.ts';

/** The one customer of a prepared backlog; its endpoint takes as many requests at a time as the four others together. */
const customerId = 'customer-backlog';
export const backlogEndpointId: string = draftOfEndpoint(customerId, '').id;

/** So many lanes, each with one change that is due; the endpoint is paused. */
export async function fillBacklog(place: StorePlace, lanes: number): Promise<void> {
  const store = await openPlace(place);
  await store.putCustomer({ id: customerId, name: customerId, onIllegalTransition: 'flag' });
  await putBacklogEndpoint(store, 'http://127.0.0.1:9', connectionsMax);
  await store.pauseEndpoint(backlogEndpointId, 'operator', 'until the backlog is wanted');
  await fillInParallel(store, lanes, (index) => ({ ...changeOf(index, lanes, 'lane'), customerId }));
  await store.close();
}

/** Ready to be drained to the sink. */
export async function openBacklog(place: StorePlace, sinkUrl: string): Promise<OpenedStore> {
  const store = await openPlace(place);
  await putBacklogEndpoint(store, sinkUrl, connectionsMax);
  await store.resumeEndpoint(backlogEndpointId);
  return store;
}

/** Makes the backlog that of an endpoint like any other, with the limit that every endpoint has. */
export async function redirectBacklog(store: OpenedStore, url: string): Promise<void> {
  const { inFlightMax } = draftOfEndpoint(customerId, url);
  await putBacklogEndpoint(store, url, inFlightMax);
  await store.resumeEndpoint(backlogEndpointId);
}

async function putBacklogEndpoint(store: OpenedStore, url: string, inFlightMax: number): Promise<void> {
  await store.putEndpoint({ ...draftOfEndpoint(customerId, url), inFlightMax });
}

/** PostgreSQL takes appends on several connections; the embedded database puts them into one commit. */
async function fillInParallel(
  store: OpenedStore,
  lanes: number,
  changeAt: (index: number) => NewChange,
): Promise<void> {
  const parts = 4;
  const part = Math.ceil(lanes / parts);
  await Promise.all(
    Array.from({ length: parts }, (_, index) => {
      const first = index * part;
      return fill(store, Math.min(part, lanes - first), (offset) => changeAt(first + offset));
    }),
  );
}
