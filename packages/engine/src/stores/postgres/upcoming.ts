import { type BreakerState, inFlightAllowed } from '../../breaker.ts';
import type { EndpointDue, EpochMs } from '../../ports.ts';
import type { StoreContext } from './context.ts';
import { wakeMore } from './wake-waiting.ts';

/** Beyond so many the nearest end of a lease may be found too late, by a poll. */
const leasedLanesMax = 1_000;
/** Of endpoints that are well again, so many have some of their lanes woken in one round, which waits for it. */
const wakingAtOnceMax = 4;

export const upcomingSql: Readonly<Record<'endpoints', string>> = {
  // A loose index scan: one probe of lane_due for each endpoint that has work, however many lanes it has. When one is
  // free and due, the walk over all leased ones is not needed, and could be long.
  endpoints: `with recursive clock as materialized (select doorbell.now_ms($1::bigint) as now),
    busy (endpoint_id) as (
      (select l.endpoint_id from doorbell.lane l where l.due_at is not null order by l.endpoint_id limit 1)
      union all
      select (select l.endpoint_id from doorbell.lane l
              where l.due_at is not null and l.endpoint_id > busy.endpoint_id order by l.endpoint_id limit 1)
      from busy where busy.endpoint_id is not null)
    select e.id, (select now from clock) as now, e.in_flight_max, e.breaker_failures, e.breaker_opened_at,
      e.breaker_probe_at, e.breaker_ramp, e.waking_from is not null as is_waking,
      least(free.due_at, lease.ends_at) as claimable_at
    from busy b
      join doorbell.endpoint e on e.id = b.endpoint_id and e.paused_at is null
      left join lateral (
        select l.due_at from doorbell.lane l
        where l.endpoint_id = b.endpoint_id and l.due_at is not null and l.lease_until <= (select now from clock)
        order by l.due_at, l.id limit 1) free on true
      left join lateral (
        -- With a limit, for else a scan of all lanes there are looks cheaper than a walk through these. All that is due
        -- is leased here, and those are no more than all workers have in flight.
        select min(x.lease_until) as ends_at from (
          select l.lease_until from doorbell.lane l
          where l.endpoint_id = b.endpoint_id and l.due_at <= (select now from clock)
            and (free.due_at is null or free.due_at > (select now from clock))
          order by l.due_at, l.id limit ${leasedLanesMax}) x) lease on true
    where b.endpoint_id is not null`,
};

interface UpcomingRow {
  readonly id: string;
  readonly now: EpochMs;
  readonly in_flight_max: number;
  readonly breaker_failures: number;
  readonly breaker_opened_at: number | null;
  readonly breaker_probe_at: number | null;
  readonly breaker_ramp: number | null;
  readonly is_waking: boolean;
  readonly claimable_at: number | null;
}

export async function upcoming(context: StoreContext): Promise<readonly EndpointDue[]> {
  const { database, givenNow } = context;
  const rows = await database.transaction(
    (transaction) => {
      const asked = transaction.prepared<UpcomingRow>(upcomingSql.endpoints, givenNow());
      transaction.commit();
      return asked;
    },
    { byIndex: true },
  );
  const waking = rows.filter((row) => row.is_waking && row.breaker_opened_at === null);
  await Promise.all(inTurns(waking).map(({ id }) => wakeMore(context, id)));
  return rows.flatMap((row): readonly EndpointDue[] => {
    const { id: endpointId, claimable_at: dueAt, now } = row;
    if (dueAt === null) return [];
    const breaker: BreakerState = {
      failures: row.breaker_failures,
      openedAt: row.breaker_opened_at,
      probeAt: row.breaker_probe_at,
      ramp: row.breaker_ramp,
    };
    if (breaker.openedAt !== null) {
      return [{ endpointId, dueInMs: Math.max(dueAt, breaker.probeAt ?? now) - now, inFlightMax: 1 }];
    }
    return [
      { endpointId, dueInMs: dueAt - now, inFlightMax: inFlightAllowed(breaker, row.in_flight_max, now) },
    ];
  });
}

/** Other ones at another time: the rest of a fifth endpoint is not to wait for the last lane of the first. */
function inTurns(waking: readonly UpcomingRow[]): readonly UpcomingRow[] {
  const first = (waking[0]?.now ?? 0) % Math.max(1, waking.length);
  return [...waking.slice(first), ...waking.slice(0, first)].slice(0, wakingAtOnceMax);
}
