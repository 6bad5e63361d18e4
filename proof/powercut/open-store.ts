import { randomBytes } from 'node:crypto';
import { type Clock, createVault } from '@doorbell/engine';
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from '@doorbell/engine/sqlite';

const masterKey = new Uint8Array(32).fill(7);

/** The product's own store, opened as `doorbell serve` opens it, but for `synchronous` of the negative controls. */
export function openStore(
  path: string,
  clock: Clock,
  synchronous?: SqliteStoreOptions['synchronous'],
): SqliteStore {
  return openSqliteStore({
    path,
    vault: createVault(masterKey, randomBytes),
    clock,
    ...(synchronous === undefined ? {} : { synchronous }),
  });
}

/** What a workload is played against: a store that tells how many transactions it has written. */
export interface CountingStore extends Omit<SqliteStore, 'transactions' | 'broken'> {
  countTransactions(): Promise<number>;
}

export function counting(store: SqliteStore): SqliteStore & CountingStore {
  return { ...store, countTransactions: async () => store.transactions };
}
