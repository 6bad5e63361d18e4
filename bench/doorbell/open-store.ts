import { randomBytes } from 'node:crypto';
import {
  createNetworkPolicy,
  createVault,
  type NetworkPolicy,
  type Store,
  type StoreAdmin,
} from '@doorbell/engine';
import { migratePostgres, openPostgresStore } from '@doorbell/engine/postgres';
import { openSqliteStoreInThread } from '@doorbell/engine/sqlite';
import { customerIds, draftOfEndpoint } from '../workload.ts';

/** A SQLite file, or the address of a PostgreSQL database. */
export type StorePlace = { readonly sqlite: string } | { readonly postgres: string };

export type OpenedStore = Store & StoreAdmin & { close(): Promise<void> };

/** The sink is on this machine; private networks are refused otherwise. */
export const loopbackPolicy: NetworkPolicy = createNetworkPolicy({ allowNetworks: ['127.0.0.0/8'] });

/** `DOORBELL_MASTER_KEY` of a server on a database that the bench has filled. */
export const benchMasterKey: Uint8Array = new Uint8Array(32).fill(7);

/** With the customers and endpoints of the bench. */
export async function openStore(place: StorePlace, sinkUrl: string): Promise<OpenedStore> {
  const store = await openPlace(place);
  for (const id of customerIds) {
    await store.putCustomer({ id, name: id, onIllegalTransition: 'flag' });
    await store.putEndpoint(draftOfEndpoint(id, sinkUrl));
  }
  return store;
}

/** As the server would: SQLite with FULL sync in a thread of its own, PostgreSQL as its server is set up. */
export async function openPlace(place: StorePlace): Promise<OpenedStore> {
  if ('sqlite' in place) return openSqliteStoreInThread({ path: place.sqlite, masterKey: benchMasterKey });
  await migratePostgres({ connectionString: place.postgres });
  return openPostgresStore({
    connectionString: place.postgres,
    vault: createVault(benchMasterKey, randomBytes),
  });
}
