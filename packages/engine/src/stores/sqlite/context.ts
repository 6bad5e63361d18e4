import type { EpochMs } from '../../ports.ts';
import type { Vault } from '../../vault.ts';
import type { Connection } from './connection.ts';
import type { CustomerBook } from './customer-book.ts';
import type { EndpointBook } from './endpoint-book.ts';

/** What every verb of this store works with. */
export interface StoreContext {
  readonly connection: Connection;
  readonly customers: CustomerBook;
  readonly endpoints: EndpointBook;
  readonly vault: Vault;
  /** Wall time that never goes back and never stands still: a backward step of the clock must not make due work wait. */
  readonly now: () => EpochMs;
  /**
   * What leases are counted in: monotonic, and of no meaning outside this process. A forward step of the wall clock must
   * not end the lease of a request that is still out, for then it would be sent twice without any doubt.
   */
  readonly leaseNow: () => EpochMs;
}
