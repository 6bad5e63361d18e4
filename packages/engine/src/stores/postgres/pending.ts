import type { EndpointPending } from '../../rollup.ts';
import type { StoreContext } from './context.ts';

export const pendingSql: Readonly<Record<'ofEndpoints', string>> = {
  ofEndpoints: `select e.id as "endpointId",
      (select count(*) from (select 1 from doorbell.pending p where p.endpoint_id = e.id limit $2::int) c) as pending,
      (select p.created_at from doorbell.pending p where p.endpoint_id = e.id order by p.created_at limit 1)
        as "oldestPendingAt"
    from unnest($1::text[]) with ordinality e (id, ord) order by e.ord`,
};

export function listPending(
  { database }: StoreContext,
  endpointIds: readonly string[],
  countMax: number,
): Promise<readonly EndpointPending[]> {
  return database.transaction(
    (transaction) => {
      const asked = transaction.prepared<EndpointPending>(pendingSql.ofEndpoints, endpointIds, countMax);
      transaction.commit();
      return asked;
    },
    // An endpoint for which nothing waits was otherwise looked for in all that waits for others.
    { byIndex: true },
  );
}
