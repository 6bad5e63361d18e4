import type { EpochMs } from '../../ports.ts';
import type { Vault } from '../../vault.ts';
import {
  accountForHold,
  endpointColumns as columns,
  type EndpointRow,
  endpointOf,
  rowOf,
  type StoredEndpoint,
} from '../endpoint-row.ts';
import type { Connection } from './connection.ts';

const numbered = columns.map((column, index) => ({ column, parameter: `?${index + 1}` }));
const edited = numbered.filter(({ column }) => column !== 'id');

/**
 * Two statements rather than an upsert, which checks foreign keys as if the id were new: SQLite then looks through all
 * lanes at every step of a breaker. Both take all columns in their order.
 */
export const endpointsSql: Readonly<Record<'list' | 'insert' | 'update', string>> = {
  list: 'select * from endpoint order by id',
  insert: `insert into endpoint (${columns.join(', ')}) values (${numbered.map(({ parameter }) => parameter).join(', ')})`,
  update: `update endpoint set ${edited.map(({ column, parameter }) => `${column} = ${parameter}`).join(', ')} where id = ?1`,
};

/** All endpoints, read once: claims and appends need them at every turn, with their keys open. */
export class EndpointBook {
  readonly #vault: Vault;
  readonly #selectAll;
  readonly #insert;
  readonly #update;
  #byId: Map<string, StoredEndpoint> | undefined;
  #byCustomer: Map<string, StoredEndpoint[]> | undefined;

  constructor(connection: Connection, vault: Vault) {
    this.#vault = vault;
    this.#selectAll = connection.prepare<EndpointRow>(endpointsSql.list);
    this.#insert = connection.prepare(endpointsSql.insert);
    this.#update = connection.prepare(endpointsSql.update);
  }

  find(endpointId: string): StoredEndpoint | undefined {
    return this.#all().get(endpointId);
  }

  /** In the order of their ids. */
  list(): readonly StoredEndpoint[] {
    return [...this.#all().values()].sort(byId);
  }

  /** Paused, or with an open breaker; in the order of their ids. */
  listHeld(): readonly StoredEndpoint[] {
    const held = [...this.#all().values()].filter(
      ({ pause, breaker }) => pause !== null || breaker.openedAt !== null,
    );
    return held.sort(byId);
  }

  /** In the order of their ids. */
  listOf(customerId: string): readonly StoredEndpoint[] {
    this.#byCustomer ??= groupByCustomer(this.list());
    return this.#byCustomer.get(customerId) ?? [];
  }

  /** Keeps the time held in step with pause and breaker, writes the row, and returns what was saved. */
  save(endpoint: StoredEndpoint, now: EpochMs): StoredEndpoint {
    const saved = accountForHold(endpoint, now);
    const row = rowOf(saved, this.#vault);
    const values = columns.map((column) => row[column]);
    if (this.#update.change(...values) === 0) this.#insert.run(...values);
    this.#all().set(saved.id, saved);
    this.#byCustomer = undefined;
    return saved;
  }

  /** Reads everything again when next asked. */
  forget(): void {
    this.#byId = undefined;
    this.#byCustomer = undefined;
  }

  #all(): Map<string, StoredEndpoint> {
    this.#byId ??= new Map(this.#selectAll.all().map((row) => [row.id, endpointOf(row, this.#vault)]));
    return this.#byId;
  }
}

function byId(a: StoredEndpoint, b: StoredEndpoint): number {
  return a.id < b.id ? -1 : 1;
}

function groupByCustomer(endpoints: Iterable<StoredEndpoint>): Map<string, StoredEndpoint[]> {
  const groups = new Map<string, StoredEndpoint[]>();
  for (const endpoint of endpoints) {
    const group = groups.get(endpoint.customerId);
    if (group === undefined) groups.set(endpoint.customerId, [endpoint]);
    else group.push(endpoint);
  }
  return groups;
}
