import { inFlightAllowed } from '../../breaker.ts';
import type { EndpointDue, EpochMs } from '../../ports.ts';
import { busyEndpoints } from './busy-endpoints.ts';
import type { StoreContext } from './context.ts';

export const upcomingSql: Readonly<Record<'endpoints' | 'firstFree' | 'firstLeaseEnd', string>> = {
  // A loose index scan: one probe of lane_due for each endpoint that has work, however many lanes it has.
  endpoints: `${busyEndpoints('lane')}
    select endpoint_id from busy where endpoint_id is not null`,
  // Skips at most as many leased lanes as may be in flight.
  firstFree: `select due_at from lane
    where endpoint_id = ?1 and due_at is not null and lease_until <= ?2 order by due_at limit 1`,
  firstLeaseEnd: `select min(lease_until) at from lane
    where endpoint_id = ?1 and due_at <= ?2 and lease_until > ?3`,
};

export function createUpcoming(context: StoreContext): () => readonly EndpointDue[] {
  const { connection, endpoints } = context;
  const listBusy = connection.prepare<{ endpoint_id: string }>(upcomingSql.endpoints);
  const findFirstFree = connection.prepare<{ due_at: number }>(upcomingSql.firstFree);
  const findFirstLeaseEnd = connection.prepare<{ at: number | null }>(upcomingSql.firstLeaseEnd);

  /** When the next lane can be claimed; a leased one when its lease ends. */
  function claimableAt(endpointId: string, now: EpochMs): EpochMs | undefined {
    const leaseNow = context.leaseNow();
    const free = findFirstFree.get(endpointId, leaseNow)?.due_at;
    // When one is free and due, the walk over all leased ones is not needed, and could be long.
    if (free !== undefined && free <= now) return free;
    const leaseEndsAt = findFirstLeaseEnd.get(endpointId, now, leaseNow)?.at ?? undefined;
    const leaseEnd = leaseEndsAt === undefined ? undefined : leaseEndsAt - leaseNow + now;
    if (free === undefined || leaseEnd === undefined) return free ?? leaseEnd;
    return Math.min(free, leaseEnd);
  }

  return () => {
    const now = context.now();
    return listBusy.all().flatMap(({ endpoint_id: endpointId }): readonly EndpointDue[] => {
      const endpoint = endpoints.find(endpointId);
      const dueAt = claimableAt(endpointId, now);
      if (endpoint === undefined || endpoint.pause !== null || dueAt === undefined) return [];
      if (endpoint.breaker.openedAt !== null) {
        const probeAt = endpoint.breaker.probeAt ?? now;
        return [{ endpointId, dueInMs: Math.max(dueAt, probeAt) - now, inFlightMax: 1 }];
      }
      const inFlightMax = inFlightAllowed(endpoint.breaker, endpoint.inFlightMax, now);
      return [{ endpointId, dueInMs: dueAt - now, inFlightMax }];
    });
  };
}
