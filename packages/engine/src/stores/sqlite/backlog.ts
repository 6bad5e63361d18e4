import { inFlightAllowed } from '../../breaker.ts';
import { type Backlog, claimableMax } from '../../notification.ts';
import type { EpochMs } from '../../ports.ts';
import type { StoreContext } from './context.ts';

export const backlogSql = {
  // Counts index pages, not rows: some 10 ms for a million pending.
  pending: 'select count(*) n from pending',
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
export function createBacklog(context: StoreContext): () => Backlog {
  const { connection, endpoints } = context;
  const countPending = connection.prepare<{ n: number }>(backlogSql.pending);
  const countParked = connection.prepare<{ n: number }>(backlogSql.parked);
  const findOldestPending = connection.prepare<Moment>(backlogSql.oldestPending);
  const findOldestClaimable = connection.prepare<Moment>(backlogSql.oldestClaimable);
  const countClaimable = connection.prepare<{ n: number }>(backlogSql.claimable);

  return () => {
    const now = context.now();
    const leaseNow = context.leaseNow();
    const all = endpoints.list();
    const claimable = all.filter(
      (endpoint) =>
        endpoint.pause === null && inFlightAllowed(endpoint.breaker, endpoint.inFlightMax, now) > 0,
    );
    return {
      at: now,
      pending: countPending.get()?.n ?? 0,
      oldestPendingAt: earliest(all.map(({ id }) => findOldestPending.get(id))),
      oldestClaimableAt: earliest(claimable.map(({ id }) => findOldestClaimable.get(id, now, leaseNow))),
      claimable: claimable.reduce((sum, { id, breaker }) => {
        // An open breaker lets one through, to see whether the endpoint is back.
        const most = breaker.openedAt === null ? claimableMax : 1;
        return sum + (countClaimable.get(id, now, leaseNow, most)?.n ?? 0);
      }, 0),
      endpointsPaused: all.filter((endpoint) => endpoint.pause !== null).length,
      breakersOpen: all.filter((endpoint) => endpoint.breaker.openedAt !== null).length,
      lanesParked: countParked.get()?.n ?? 0,
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
