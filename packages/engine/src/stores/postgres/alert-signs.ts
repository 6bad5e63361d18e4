import type { AlertSigns, AlertSignsFrom, RefusingSign, WaitingSign } from '../../alert-signs.ts';
import type { EndpointRow } from '../endpoint-row.ts';
import type { StoreContext } from './context.ts';
import { endpointSql } from './endpoint-book.ts';

export const alertSignsSql: Readonly<Record<'held' | 'waiting' | 'refusing', string>> = {
  held: `select e.id, e.customer_id, e.paused_at, e.pause_reason, e.pause_detail, e.breaker_failures,
      e.breaker_opened_at
    from doorbell.endpoint e where e.paused_at is not null or e.breaker_opened_at is not null order by e.id`,
  // A loose index scan: one probe of the primary key for each endpoint for which something waits, however much it is.
  waiting: `with recursive clock as materialized (select doorbell.now_ms($1::bigint) as now),
    busy (endpoint_id, at) as (
      (select p.endpoint_id, p.created_at from doorbell.pending p order by p.endpoint_id, p.created_at limit 1)
      union all
      select n.endpoint_id, n.created_at from busy b cross join lateral (
        select p.endpoint_id, p.created_at from doorbell.pending p where p.endpoint_id > b.endpoint_id
        order by p.endpoint_id, p.created_at limit 1) n)
    select e.id as "endpointId", e.customer_id as "customerId", b.at as "oldestPendingAt"
    from busy b join doorbell.endpoint e on e.id = b.endpoint_id
    where b.at < (select now from clock) - $2::bigint order by e.id`,
  // The window of all endpoints by an index that holds only minutes with refusals.
  refusing: `with clock as materialized (select doorbell.now_ms($1::bigint) as now),
    refusing as materialized (
      select r.endpoint_id, sum(r.refused)::bigint as refused from doorbell.rollup r
      where r.span_ms = 60000 and r.refused > 0 and r.endpoint_id <> ''
        and r.at >= (select now from clock) - $2::bigint and r.at <= (select now from clock)
      group by r.endpoint_id having sum(r.refused) >= $3::float8)
    select e.id as "endpointId", e.customer_id as "customerId", r.refused, (
        select sum(s.delivered + s.refused + s.failed)::bigint from doorbell.rollup s
        where s.span_ms = 60000 and s.endpoint_id = r.endpoint_id
          and s.at >= (select now from clock) - $2::bigint and s.at <= (select now from clock)) as settled
    from refusing r join doorbell.endpoint e on e.id = r.endpoint_id order by e.id`,
};

type HeldRow = Pick<
  EndpointRow,
  | 'id'
  | 'customer_id'
  | 'paused_at'
  | 'pause_reason'
  | 'pause_detail'
  | 'breaker_failures'
  | 'breaker_opened_at'
>;

/** One trip to the server. */
export function readAlertSigns(
  { database, givenNow }: StoreContext,
  { waitingMs, refusedMin, windowMs }: AlertSignsFrom,
): Promise<AlertSigns> {
  return database.transaction(
    async (transaction) => {
      const given = givenNow();
      const asked = Promise.all([
        transaction.prepared<{ now: number }>(endpointSql.now, given),
        transaction.prepared<HeldRow>(alertSignsSql.held),
        transaction.prepared<WaitingSign>(alertSignsSql.waiting, given, waitingMs),
        transaction.prepared<RefusingSign>(alertSignsSql.refusing, given, windowMs, refusedMin),
      ]);
      transaction.commit();
      const [[clock], held, waiting, refusing] = await asked;
      if (clock === undefined) throw new Error('The server did not tell its time.');
      return { now: clock.now, held: held.map(heldSign), waiting, refusing };
    },
    { byIndex: true },
  );
}

function heldSign(row: HeldRow): AlertSigns['held'][number] {
  return {
    endpointId: row.id,
    customerId: row.customer_id,
    pause:
      row.paused_at === null || row.pause_reason === null
        ? null
        : { reason: row.pause_reason, detail: row.pause_detail ?? '' },
    failures: row.breaker_opened_at === null ? null : row.breaker_failures,
  };
}
