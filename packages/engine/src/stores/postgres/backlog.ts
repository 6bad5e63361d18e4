import { type Backlog, claimableMax, pendingOfMax } from '../../notification.ts';
import type { StoreContext } from './context.ts';

/** `where` is put after the endpoints; `pending` and `parked` count what is theirs. */
const backlogOf = (where: string, pending: string, parked: string): string =>
  // A few index probes for each endpoint, and counts. An open breaker lets one through, to see whether the endpoint is
  // back.
  `with clock as materialized (select doorbell.now_ms($1::bigint) as now),
    each as (
      select e.paused_at is not null as is_paused, e.breaker_opened_at is not null as is_open,
        (select p.created_at from doorbell.pending p where p.endpoint_id = e.id order by p.created_at limit 1) as pending_at,
        claimable.*
      from doorbell.endpoint e cross join clock left join lateral (
        select min(c.due_at) as claimable_at, count(*) as claimable from (
          select l.due_at from doorbell.lane l
          where l.endpoint_id = e.id and l.due_at <= clock.now and l.lease_until <= clock.now
          order by l.due_at, l.id limit case when e.breaker_opened_at is null then ${claimableMax} else 1 end) c
        ) claimable on e.paused_at is null and (e.breaker_opened_at is null or e.breaker_probe_at <= clock.now) ${where})
    select (select now from clock) as at, ${pending} as pending,
      min(pending_at) as oldest_pending_at, min(claimable_at) as oldest_claimable_at,
      coalesce(sum(claimable), 0)::bigint as claimable, count(*) filter (where is_paused) as endpoints_paused,
      count(*) filter (where is_open) as breakers_open,
      ${parked} as lanes_parked
    from each`;

export const backlogSql: Readonly<Record<'backlog' | 'backlogOf', string>> = {
  backlog: backlogOf(
    '',
    '(select count(*) from doorbell.pending)',
    '(select count(*) from doorbell.lane where parked)',
  ),
  backlogOf: backlogOf(
    'where e.id = any($2::text[])',
    `(select coalesce(sum(w.n), 0)::bigint from unnest($2::text[]) i (id) cross join lateral (
      select count(*) as n from (select 1 from doorbell.pending p where p.endpoint_id = i.id limit ${pendingOfMax}) c) w)`,
    '(select count(*) from doorbell.lane l where l.parked and l.endpoint_id = any($2::text[]))',
  ),
};

interface BacklogRow {
  readonly at: number;
  readonly pending: number;
  readonly oldest_pending_at: number | null;
  readonly oldest_claimable_at: number | null;
  readonly claimable: number;
  readonly endpoints_paused: number;
  readonly breakers_open: number;
  readonly lanes_parked: number;
}

export async function backlog(
  { database, givenNow }: StoreContext,
  endpointIds: readonly string[] | undefined,
): Promise<Backlog> {
  const [row] =
    endpointIds === undefined
      ? await database.rows<BacklogRow>(backlogSql.backlog, givenNow())
      : await database.rows<BacklogRow>(backlogSql.backlogOf, givenNow(), endpointIds);
  if (row === undefined) throw new Error('The backlog was not answered.');
  return {
    at: row.at,
    pending: row.pending,
    oldestPendingAt: row.oldest_pending_at,
    oldestClaimableAt: row.oldest_claimable_at,
    claimable: row.claimable,
    endpointsPaused: row.endpoints_paused,
    breakersOpen: row.breakers_open,
    lanesParked: row.lanes_parked,
  };
}
