import type { Actor } from '../../audit.ts';
import type { Customer } from '../../customer.ts';
import { customerView } from '../audit-view.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';

export const customerSql = {
  find: 'select * from doorbell.customer where id = $1',
  lock: 'select * from doorbell.customer where id = $1 for update',
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
  save(customer: Customer, by?: Actor): Promise<Customer>;
}

export function createCustomerBook({ database }: StoreContext, audit: AuditLog): CustomerBook {
  return {
    async find(customerId) {
      const [row] = await database.rows<CustomerRow>(customerSql.find, customerId);
      return row === undefined ? undefined : customerOf(row);
    },
    list: async () => (await database.rows<CustomerRow>(customerSql.list)).map(customerOf),
    save: ({ id, name, onIllegalTransition }, by) =>
      database.transaction(async (session) => {
        const [row] = await session.rows<CustomerRow>(customerSql.lock, id);
        const before = row === undefined ? undefined : customerOf(row);
        const saved: Customer = { id, name, onIllegalTransition };
        await session.rows(customerSql.save, id, name, onIllegalTransition);
        await audit.record(session, by, 'customer.put', id, customerView(before), customerView(saved));
        return saved;
      }),
  };
}

function customerOf(row: CustomerRow): Customer {
  return { id: row.id, name: row.name, onIllegalTransition: row.on_illegal_transition };
}
