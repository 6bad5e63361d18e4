import type { EpochMs } from '../../ports.ts';
import type { Vault } from '../../vault.ts';
import type { Database } from './database.ts';

/** What every verb of this store works with. */
export interface StoreContext {
  readonly database: Database;
  readonly vault: Vault;
  /**
   * What `doorbell.now_ms` is given: null, so that leases and due times are on the server's clock, which all workers
   * share; a number in tests and simulations only.
   */
  readonly givenNow: () => EpochMs | null;
}
