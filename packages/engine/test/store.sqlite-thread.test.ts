import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterAll } from 'vitest';
import { connectToThread } from '../src/stores/sqlite-thread/connect-to-thread.ts';
import { SharedVirtualClock } from '../src/testing/shared-virtual-clock.ts';
import { storeContract } from '../src/testing/store-contract.ts';
import { testMasterKey as masterKey } from './sqlite-test-store.ts';
import type { StoreWanted } from './sqlite-thread-worker.ts';

const worker = new Worker(new URL('./sqlite-thread-worker.ts', import.meta.url));
afterAll(() => worker.terminate());

storeContract('the SQLite store in a thread of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorbell-thread-'));
  const clock = new SharedVirtualClock();
  const { port1, port2: port } = new MessageChannel();
  const wanted: StoreWanted = { port, path: join(folder, 'doorbell.db'), masterKey, times: clock.times };
  worker.postMessage(wanted, [port]);
  const store = await connectToThread(port1);
  return {
    store,
    clock,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
