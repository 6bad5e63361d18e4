import { randomBytes } from 'node:crypto';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { openSqliteStore } from '../src/stores/sqlite/index.ts';
import { serveStore } from '../src/stores/sqlite-thread/serve-store.ts';
import { sharedClockOf } from '../src/testing/shared-virtual-clock.ts';
import { createVault } from '../src/vault.ts';

export interface StoreWanted {
  readonly port: MessagePort;
  readonly path: string;
  readonly masterKey: Uint8Array;
  readonly times: Float64Array;
}

// As the engine's own thread, but for many stores one after the other, each on its test's clock and without syncing.
parentPort?.on('message', ({ port, path, masterKey, times }: StoreWanted) => {
  const vault = createVault(masterKey, randomBytes);
  serveStore(port, () => openSqliteStore({ path, vault, clock: sharedClockOf(times), synchronous: 'OFF' }));
});
