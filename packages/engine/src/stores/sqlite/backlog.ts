import { inFlightAllowed } from '../../breaker.ts';
import { type Backlog, claimableMax, pendingOfMax } from '../../notification.ts';
import type { EpochMs } from '../../ports.ts';
import type { StoredEndpoint } from '../endpoint-row.ts';
import { busyEndpoints } from './busy-endpoints.ts';
import type { StoreContext } from './context.ts';

export const backlogSql: Readonly<
  Record<
    | 'pending'
    | 'pendingOf'
    | 'parkedOf'
    | 'parked'
    | 'oldestPending'
    | 'oldestPendingOfAll'
    | 'claimableOfAll'
    | 'oldestClaimable'
    | 'claimable',
    string
  >
> = {
  // Counts index pages, not rows: some 10 ms for a million pending.
  pending: 'select count(*) n from pending',
  pendingOf: 'select count(*) n from (select 1 from pending where endpoint_id = ?1 limit ?2)',
  parkedOf: 'select count(*) n from lane indexed by lane_parked where endpoint_id = ? and parked = 1',
  parked: 'select count(*) n from lane indexed by lane_parked where parked = 1',
  oldestPending: 'select created_at at from pending where endpoint_id = ? order by created_at limit 1',
  // Loose index scans: some probes for each endpoint that has work, and none for the others.
  oldestPendingOfAll: `${busyEndpoints('pending')}
    select min((select p.created_at from pending p where p.endpoint_id = busy.endpoint_id order by p.created_at limit 1)) at
    from busy`,
  claimableOfAll: `${busyEndpoints('lane')}
    select min((select l.due_at from lane l where l.endpoint_id = e.id and l.due_at <= ?1 and l.lease_until <= ?2
        order by l.due_at limit 1)) at,
      coalesce(sum(case when e.breaker_opened_at is null
        then (select count(*) from (select 1 from lane l
          where l.endpoint_id = e.id and l.due_at <= ?1 and l.lease_until <= ?2 limit ${claimableMax}))
        else exists (select 1 from lane l where l.endpoint_id = e.id and l.due_at <= ?1 and l.lease_until <= ?2)
        end), 0) n
    from busy cross join endpoint e on e.id = busy.endpoint_id
    where e.paused_at is null and (e.breaker_opened_at is null or e.breaker_probe_at <= ?1)`,
  oldestClaimable: `select due_at at from lane
    where endpoint_id = ?1 and due_at <= ?2 and lease_until <= ?3 order by due_at limit 1`,
  claimable: `select count(*) n from (select 1 from lane
    where endpoint_id = ?1 and due_at <= ?2 and lease_until <= ?3 limit ?4)`,
};

interface Moment {
  readonly at: EpochMs;
}

export function createBacklog(context: StoreContext): (endpointIds?: readonly string[]) => Backlog {
  const backlogOfAll = createBacklogOfAll(context);
  const backlogOf = createBacklogOf(context);
  return (endpointIds) => (endpointIds === undefined ? backlogOfAll() : backlogOf(endpointIds));
}

/** Counts, and some index probes for each endpoint that has work. */
function createBacklogOfAll(context: StoreContext): () => Backlog {
  const { connection, endpoints } = context;
  const countPending = connection.prepare<{ n: number }>(backlogSql.pending);
  const countParked = connection.prepare<{ n: number }>(backlogSql.parked);
  const findOldestPending = connection.prepare<{ at: EpochMs | null }>(backlogSql.oldestPendingOfAll);
  const countClaimable = connection.prepare<{ at: EpochMs | null; n: number }>(backlogSql.claimableOfAll);
  return () => {
    const now = context.now();
    const claimable = countClaimable.get(now, context.leaseNow());
    return {
      at: now,
      pending: countPending.get()?.n ?? 0,
      oldestPendingAt: findOldestPending.get()?.at ?? null,
      oldestClaimableAt: claimable?.at ?? null,
      claimable: claimable?.n ?? 0,
      ...countHeld(endpoints.listHeld()),
      lanesParked: countParked.get()?.n ?? 0,
    };
  };
}

/** Some index probes for each of these endpoints. */
function createBacklogOf(context: StoreContext): (endpointIds: readonly string[]) => Backlog {
  const { connection, endpoints } = context;
  const countPendingOf = connection.prepare<{ n: number }>(backlogSql.pendingOf);
  const countParkedOf = connection.prepare<{ n: number }>(backlogSql.parkedOf);
  const findOldestPending = connection.prepare<Moment>(backlogSql.oldestPending);
  const findOldestClaimable = connection.prepare<Moment>(backlogSql.oldestClaimable);
  const countClaimable = connection.prepare<{ n: number }>(backlogSql.claimable);

  const sumOf = (endpointIds: readonly string[], count: (endpointId: string) => { n: number } | undefined) =>
    endpointIds.reduce((sum, endpointId) => sum + (count(endpointId)?.n ?? 0), 0);

  return (endpointIds) => {
    const now = context.now();
    const leaseNow = context.leaseNow();
    const all = [...new Set(endpointIds)].flatMap((id) => endpoints.find(id) ?? []);
    const claimable = all.filter(
      (endpoint) =>
        endpoint.pause === null && inFlightAllowed(endpoint.breaker, endpoint.inFlightMax, now) > 0,
    );
    return {
      at: now,
      pending: sumOf(endpointIds, (id) => countPendingOf.get(id, pendingOfMax)),
      oldestPendingAt: earliest(all.map(({ id }) => findOldestPending.get(id))),
      oldestClaimableAt: earliest(claimable.map(({ id }) => findOldestClaimable.get(id, now, leaseNow))),
      claimable: claimable.reduce((sum, { id, breaker }) => {
        // An open breaker lets one through, to see whether the endpoint is back.
        const most = breaker.openedAt === null ? claimableMax : 1;
        return sum + (countClaimable.get(id, now, leaseNow, most)?.n ?? 0);
      }, 0),
      ...countHeld(all),
      lanesParked: sumOf(endpointIds, (id) => countParkedOf.get(id)),
    };
  };
}

function countHeld(endpoints: readonly StoredEndpoint[]): Pick<Backlog, 'endpointsPaused' | 'breakersOpen'> {
  return {
    endpointsPaused: endpoints.filter(({ pause }) => pause !== null).length,
    breakersOpen: endpoints.filter(({ breaker }) => breaker.openedAt !== null).length,
  };
}

function earliest(moments: readonly (Moment | undefined)[]): EpochMs | null {
  let first: EpochMs | null = null;
  for (const moment of moments) {
    if (moment !== undefined && (first === null || moment.at < first)) first = moment.at;
  }
  return first;
}
