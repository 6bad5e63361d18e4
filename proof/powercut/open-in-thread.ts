import { Worker } from 'node:worker_threads';
import type { SqliteStoreOptions, SqliteThreadStore } from '@doorbell/engine/sqlite';
import type { SharedVirtualClock } from '@doorbell/engine/testing';
import { connectToThread } from '../../packages/engine/src/stores/sqlite-thread/connect-to-thread.ts';
import type { CountingStore } from './open-store.ts';

export interface ThreadWanted {
  readonly path: string;
  readonly times: Float64Array;
  readonly synchronous: SqliteStoreOptions['synchronous'];
}

/** The store behind the thread that `serve` gives it: both ends are the engine's own. */
export async function openInThread(
  path: string,
  clock: SharedVirtualClock,
  synchronous: SqliteStoreOptions['synchronous'],
): Promise<CountingStore> {
  const workerData: ThreadWanted = { path, times: clock.times, synchronous };
  const thread = new Worker(new URL('./store-thread.ts', import.meta.url), { workerData });
  // The thread names the methods that it answers, and this is one of them.
  return (await connectToThread(thread)) as SqliteThreadStore & CountingStore;
}
