import type { EpochMs } from '../../ports.ts';
import { type Vault, VaultError } from '../../vault.ts';
import {
  accountForHold,
  endpointColumns as columns,
  type EndpointRow,
  endpointOf,
  rowOf,
  type StoredEndpoint,
} from '../endpoint-row.ts';
import type { Session } from './transaction.ts';

const edited = columns.filter((column) => column !== 'id' && column !== 'customer_id');

export const endpointSql: Readonly<
  Record<'now' | 'list' | 'listOf' | 'some' | 'lockSome' | 'lockFree' | 'save', string>
> = {
  now: 'select doorbell.now_ms($1::bigint) as now',
  list: 'select * from doorbell.endpoint order by id',
  listOf: 'select * from doorbell.endpoint where customer_id = $1 order by id',
  some: 'select * from doorbell.endpoint where id = any($1::text[])',
  // In the order of their ids, so that two that lock several cannot wait for each other.
  lockSome: 'select * from doorbell.endpoint where id = any($1::text[]) order by id for update',
  lockFree: 'select * from doorbell.endpoint where id = any($1::text[]) order by id for update skip locked',
  // An endpoint stays with its customer, also when two create it at once.
  save: `insert into doorbell.endpoint as e (${columns.join(', ')})
    values (${columns.map((_, index) => `$${index + 1}`).join(', ')})
    on conflict (id) do update set ${edited.map((column) => `${column} = excluded.${column}`).join(', ')}
      where e.customer_id = excluded.customer_id
    returning id`,
};

/** Endpoints as they are now: a pause or a new key of one process holds for all others from then on. */
export class EndpointBook {
  readonly #session: Session;
  readonly #vault: Vault;

  constructor(session: Session, vault: Vault) {
    this.#session = session;
    this.#vault = vault;
  }

  async now(given: EpochMs | null): Promise<EpochMs> {
    const [row] = await this.#session.rows<{ now: EpochMs }>(endpointSql.now, given);
    if (row === undefined) throw new Error('The server did not tell its time.');
    return row.now;
  }

  /** In the order of their ids. */
  list(): Promise<readonly StoredEndpoint[]> {
    return this.#select(endpointSql.list);
  }

  /** In the order of their ids. */
  listOf(customerId: string): Promise<readonly StoredEndpoint[]> {
    return this.#select(endpointSql.listOf, customerId);
  }

  async find(endpointId: string): Promise<StoredEndpoint | undefined> {
    return (await this.some([endpointId])).get(endpointId);
  }

  async some(endpointIds: readonly string[]): Promise<Map<string, StoredEndpoint>> {
    return byId(await this.#select(endpointSql.some, endpointIds));
  }

  /** Without those whose keys do not open: one such endpoint must not hold up all others. */
  readable(endpointIds: readonly string[]): Promise<Map<string, StoredEndpoint>> {
    return this.#readable(endpointSql.some, endpointIds);
  }

  async #readable(sql: string, endpointIds: readonly string[]): Promise<Map<string, StoredEndpoint>> {
    const rows = await this.#session.rows<EndpointRow>(sql, endpointIds);
    const opened = rows.flatMap((row) => {
      try {
        return [endpointOf(row, this.#vault)];
      } catch (error) {
        if (error instanceof VaultError) return [];
        throw error;
      }
    });
    return byId(opened);
  }

  /** Until the transaction ends, nobody else changes them. */
  async lock(endpointIds: readonly string[]): Promise<Map<string, StoredEndpoint>> {
    return byId(await this.#select(endpointSql.lockSome, endpointIds));
  }

  /** As `lock`, without those that somebody else has locked, or whose keys do not open. */
  lockFree(endpointIds: readonly string[]): Promise<Map<string, StoredEndpoint>> {
    return this.#readable(endpointSql.lockFree, endpointIds);
  }

  /** Keeps the time held in step with pause and breaker. Returns undefined when it is another customer's. */
  async save(endpoint: StoredEndpoint, now: EpochMs): Promise<StoredEndpoint | undefined> {
    const saved = accountForHold(endpoint, now);
    const row = rowOf(saved, this.#vault);
    const written = await this.#session.rows(endpointSql.save, ...columns.map((column) => row[column]));
    return written.length === 0 ? undefined : saved;
  }

  async #select(sql: string, ...parameters: readonly unknown[]): Promise<readonly StoredEndpoint[]> {
    const rows = await this.#session.rows<EndpointRow>(sql, ...parameters);
    return rows.map((row) => endpointOf(row, this.#vault));
  }
}

function byId(endpoints: readonly StoredEndpoint[]): Map<string, StoredEndpoint> {
  return new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
}
