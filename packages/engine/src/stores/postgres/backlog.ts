import type { Backlog } from '../../notification.ts';
import type { StoreContext } from './context.ts';

export const backlogSql = {
  // Two index probes for each endpoint, and two counts.
  backlog: `with clock as materialized (select doorbell.now_ms($1::bigint) as now),
    each as (
      select e.paused_at is not null as is_paused, e.breaker_opened_at is not null as is_open,
        (select p.created_at from doorbell.pending p where p.endpoint_id = e.id order by p.created_at limit 1) as pending_at,
        case when e.paused_at is null and (e.breaker_opened_at is null or e.breaker_probe_at <= (select now from clock))
          then (select l.due_at from doorbell.lane l
            where l.endpoint_id = e.id and l.due_at <= (select now from clock)
              and l.lease_until <= (select now from clock)
            order by l.due_at, l.id limit 1) end as claimable_at
      from doorbell.endpoint e)
    select (select count(*) from doorbell.pending) as pending, min(pending_at) as oldest_pending_at,
      min(claimable_at) as oldest_claimable_at, count(*) filter (where is_paused) as endpoints_paused,
      count(*) filter (where is_open) as breakers_open,
      (select count(*) from doorbell.lane where parked) as lanes_parked
    from each`,
} as const;

interface BacklogRow {
  readonly pending: number;
  readonly oldest_pending_at: number | null;
  readonly oldest_claimable_at: number | null;
  readonly endpoints_paused: number;
  readonly breakers_open: number;
  readonly lanes_parked: number;
}

export async function backlog({ database, givenNow }: StoreContext): Promise<Backlog> {
  const [row] = await database.rows<BacklogRow>(backlogSql.backlog, givenNow());
  if (row === undefined) throw new Error('The backlog was not answered.');
  return {
    pending: row.pending,
    oldestPendingAt: row.oldest_pending_at,
    oldestClaimableAt: row.oldest_claimable_at,
    endpointsPaused: row.endpoints_paused,
    breakersOpen: row.breakers_open,
    lanesParked: row.lanes_parked,
  };
}
