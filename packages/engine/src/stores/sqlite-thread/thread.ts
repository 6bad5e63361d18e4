import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../clocks/system.ts';
import { createVault } from '../../vault.ts';
import { openSqliteStore } from '../sqlite/open.ts';
import type { SqliteThreadOptions } from './open.ts';
import { serveStore } from './serve-store.ts';

if (parentPort !== null) {
  const { path, masterKey } = workerData as SqliteThreadOptions;
  serveStore(parentPort, () =>
    openSqliteStore({ path, vault: createVault(masterKey, randomBytes), clock: systemClock }),
  );
}
