import { Worker } from 'node:worker_threads';
import type { SqliteStore } from '../sqlite/open.ts';
import { connectToThread } from './connect-to-thread.ts';

export interface SqliteThreadOptions {
  /** As for `openSqliteStore`. */
  readonly path: string;
  /** 32 bytes. The vault is made in the thread: functions cannot cross. */
  readonly masterKey: Uint8Array;
}

export type SqliteThreadStore = Omit<SqliteStore, 'transactions'>;

// Compiled files lie beside compiled files; when run from source, source beside source.
const threadFile = new URL(`./thread${import.meta.url.slice(-3)}`, import.meta.url);

/**
 * `openSqliteStore` in a thread of its own, on the machine's clock: a commit waits for the disk, and requests, answers
 * and signatures need not wait with it. Rejects as `openSqliteStore` throws.
 */
export function openSqliteStoreInThread({
  path,
  masterKey,
}: SqliteThreadOptions): Promise<SqliteThreadStore> {
  // Copied, because cloning a part of a pool clones the pool.
  const workerData: SqliteThreadOptions = { path, masterKey: Uint8Array.from(masterKey) };
  return connectToThread(new Worker(threadFile, { workerData }));
}
