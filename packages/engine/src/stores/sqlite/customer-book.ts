import type { Customer } from '../../customer.ts';
import type { Connection } from './connection.ts';

interface CustomerRow {
  readonly id: string;
  readonly name: string;
  readonly on_illegal_transition: Customer['onIllegalTransition'];
}

export const customersSql = {
  list: 'select * from customer order by id',
  save: `insert into customer (id, name, on_illegal_transition) values (?, ?, ?)
    on conflict (id) do update set name = excluded.name, on_illegal_transition = excluded.on_illegal_transition`,
} as const;

/** All customers, read once: every append asks for one. */
export class CustomerBook {
  readonly #selectAll;
  readonly #upsert;
  #byId: Map<string, Customer> | undefined;

  constructor(connection: Connection) {
    this.#selectAll = connection.prepare<CustomerRow>(customersSql.list);
    this.#upsert = connection.prepare(customersSql.save);
  }

  find(customerId: string): Customer | undefined {
    return this.#all().get(customerId);
  }

  /** In the order of their ids. */
  list(): readonly Customer[] {
    return [...this.#all().values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  save(customer: Customer): Customer {
    this.#upsert.run(customer.id, customer.name, customer.onIllegalTransition);
    const saved = {
      id: customer.id,
      name: customer.name,
      onIllegalTransition: customer.onIllegalTransition,
    };
    this.#all().set(saved.id, saved);
    return saved;
  }

  /** Reads everything again when next asked. */
  forget(): void {
    this.#byId = undefined;
  }

  #all(): Map<string, Customer> {
    this.#byId ??= new Map(
      this.#selectAll
        .all()
        .map((row) => [
          row.id,
          { id: row.id, name: row.name, onIllegalTransition: row.on_illegal_transition },
        ]),
    );
    return this.#byId;
  }
}
