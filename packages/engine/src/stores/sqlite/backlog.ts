import { inFlightAllowed } from '../../breaker.ts';
import { type Backlog, claimableMax, pendingOfMax } from '../../notification.ts';
import type { EpochMs } from '../../ports.ts';
import type { StoreContext } from './context.ts';

export const backlogSql = {
  // Counts index pages, not rows: some 10 ms for a million pending.
  pending: 'select count(*) n from pending',
  pendingOf: 'select count(*) n from (select 1 from pending where endpoint_id = ?1 limit ?2)',
  parkedOf: 'select count(*) n from lane indexed by lane_parked where endpoint_id = ? and parked = 1',
  parked: 'select count(*) n from lane indexed by lane_parked where parked = 1',
  oldestPending: 'select created_at at from pending where endpoint_id = ? order by created_at limit 1',
  oldestClaimable: `select due_at at from lane
    where endpoint_id = ?1 and due_at <= ?2 and lease_until <= ?3 order by due_at limit 1`,
  claimable: `select count(*) n from (select 1 from lane
    where endpoint_id = ?1 and due_at <= ?2 and lease_until <= ?3 limit ?4)`,
} as const;

interface Moment {
  readonly at: EpochMs;
}

/** A few index probes for each endpoint, and counts. */
export function createBacklog(context: StoreContext): (endpointIds?: readonly string[]) => Backlog {
  const { connection, endpoints } = context;
  const countPending = connection.prepare<{ n: number }>(backlogSql.pending);
  const countParked = connection.prepare<{ n: number }>(backlogSql.parked);
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
    const all = endpoints.list().filter(({ id }) => endpointIds === undefined || endpointIds.includes(id));
    const claimable = all.filter(
      (endpoint) =>
        endpoint.pause === null && inFlightAllowed(endpoint.breaker, endpoint.inFlightMax, now) > 0,
    );
    return {
      at: now,
      pending:
        endpointIds === undefined
          ? (countPending.get()?.n ?? 0)
          : sumOf(endpointIds, (id) => countPendingOf.get(id, pendingOfMax)),
      oldestPendingAt: earliest(all.map(({ id }) => findOldestPending.get(id))),
      oldestClaimableAt: earliest(claimable.map(({ id }) => findOldestClaimable.get(id, now, leaseNow))),
      claimable: claimable.reduce((sum, { id, breaker }) => {
        // An open breaker lets one through, to see whether the endpoint is back.
        const most = breaker.openedAt === null ? claimableMax : 1;
        return sum + (countClaimable.get(id, now, leaseNow, most)?.n ?? 0);
      }, 0),
      endpointsPaused: all.filter((endpoint) => endpoint.pause !== null).length,
      breakersOpen: all.filter((endpoint) => endpoint.breaker.openedAt !== null).length,
      lanesParked:
        endpointIds === undefined
          ? (countParked.get()?.n ?? 0)
          : sumOf(endpointIds, (id) => countParkedOf.get(id)),
    };
  };
}

function earliest(moments: readonly (Moment | undefined)[]): EpochMs | null {
  let first: EpochMs | null = null;
  for (const moment of moments) {
    if (moment !== undefined && (first === null || moment.at < first)) first = moment.at;
  }
  return first;
}
