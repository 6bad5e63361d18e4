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

/** All endpoints, read once: claims and appends need them at every turn, with their keys open. */
export class EndpointBook {
  readonly #vault: Vault;
  readonly #selectAll;
  readonly #upsert;
  #byId: Map<string, StoredEndpoint> | undefined;
  #byCustomer: Map<string, StoredEndpoint[]> | undefined;

  constructor(connection: Connection, vault: Vault) {
    this.#vault = vault;
    this.#selectAll = connection.prepare<EndpointRow>('select * from endpoint order by id');
    this.#upsert = connection.prepare(
      `insert into endpoint (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})
       on conflict (id) do update set ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    );
  }

  find(endpointId: string): StoredEndpoint | undefined {
    return this.#all().get(endpointId);
  }

  /** In the order of their ids. */
  list(): readonly StoredEndpoint[] {
    return [...this.#all().values()].sort((a, b) => (a.id < b.id ? -1 : 1));
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
    this.#upsert.run(...columns.map((column) => row[column]));
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

function groupByCustomer(endpoints: Iterable<StoredEndpoint>): Map<string, StoredEndpoint[]> {
  const groups = new Map<string, StoredEndpoint[]>();
  for (const endpoint of endpoints) {
    const group = groups.get(endpoint.customerId);
    if (group === undefined) groups.set(endpoint.customerId, [endpoint]);
    else group.push(endpoint);
  }
  return groups;
}
