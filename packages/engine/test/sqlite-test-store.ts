import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore, type SqliteStore } from '../src/stores/sqlite/index.ts';
import type { StoreUnderTest } from '../src/testing/store-contract.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { createVault, type Vault } from '../src/vault.ts';

export interface SqliteUnderTest extends StoreUnderTest {
  readonly store: SqliteStore;
  readonly path: string;
  /** Another opening of the same file, with the same key and clock. */
  reopen(): SqliteStore;
}

export const testMasterKey: Uint8Array = new Uint8Array(32).fill(7);
export const testVault: Vault = createVault(testMasterKey, randomBytes);

/** A store in a file of its own. Syncing is off: kill -9 and closing lose nothing, and tests cut no power. */
export function openTestStore(synchronous: 'FULL' | 'OFF' = 'OFF'): SqliteUnderTest {
  const folder = mkdtempSync(join(tmpdir(), 'doorbell-store-'));
  const path = join(folder, 'doorbell.db');
  const clock = new VirtualClock();
  const opened: SqliteStore[] = [];
  const open = () => {
    const store = openSqliteStore({ path, vault: testVault, clock, synchronous });
    opened.push(store);
    return store;
  };
  return {
    store: open(),
    clock,
    path,
    reopen: open,
    async close() {
      for (const store of opened) await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
