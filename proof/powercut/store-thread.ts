import { parentPort, workerData } from 'node:worker_threads';
import { sharedClockOf } from '@doorbell/engine/testing';
import { serveStore } from '../../packages/engine/src/stores/sqlite-thread/serve-store.ts';
import type { ThreadWanted } from './open-in-thread.ts';
import { counting, openStore } from './open-store.ts';

// As the engine's own thread, but on the clock of the workload, with the setting that is to be watched, and counting.
if (parentPort !== null) {
  const { path, times, synchronous } = workerData as ThreadWanted;
  serveStore(parentPort, () => counting(openStore(path, sharedClockOf(times), synchronous)));
}
