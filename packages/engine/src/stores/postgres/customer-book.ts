import type { Customer } from '../../customer.ts';
import type { StoreContext } from './context.ts';

export const customerSql = {
  find: 'select * from doorbell.customer where id = $1',
  list: 'select * from doorbell.customer order by id',
  save: `insert into doorbell.customer (id, name, on_illegal_transition) values ($1, $2, $3)
    on conflict (id) do update set name = excluded.name, on_illegal_transition = excluded.on_illegal_transition`,
} as const;

interface CustomerRow {
  readonly id: string;
  readonly name: string;
  readonly on_illegal_transition: Customer['onIllegalTransition'];
}

export interface CustomerBook {
  find(customerId: string): Promise<Customer | undefined>;
  /** In the order of their ids. */
  list(): Promise<readonly Customer[]>;
  save(customer: Customer): Promise<Customer>;
}

export function createCustomerBook({ database }: StoreContext): CustomerBook {
  return {
    async find(customerId) {
      const [row] = await database.rows<CustomerRow>(customerSql.find, customerId);
      return row === undefined ? undefined : customerOf(row);
    },
    list: async () => (await database.rows<CustomerRow>(customerSql.list)).map(customerOf),
    async save({ id, name, onIllegalTransition }) {
      await database.rows(customerSql.save, id, name, onIllegalTransition);
      return { id, name, onIllegalTransition };
    },
  };
}

function customerOf(row: CustomerRow): Customer {
  return { id: row.id, name: row.name, onIllegalTransition: row.on_illegal_transition };
}
