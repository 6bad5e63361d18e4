import { breakerClosed } from '../../breaker.ts';
import {
  type Endpoint,
  type EndpointDraft,
  EndpointTaken,
  type PauseReason,
  UnknownCustomer,
} from '../../endpoint.ts';
import { endpointAt, type StoredEndpoint } from '../endpoint-row.ts';
import type { StoreContext } from './context.ts';
import { createWakeWaiting } from './wake-waiting.ts';

export interface EndpointEdits {
  put(draft: EndpointDraft): Endpoint;
  pause(endpointId: string, reason: PauseReason, detail: string): Endpoint | undefined;
  resume(endpointId: string): Endpoint | undefined;
  rotateSignKey(endpointId: string, signKey: string, overlapMs: number): Endpoint | undefined;
}

export function createEndpointEdits(context: StoreContext): EndpointEdits {
  const { connection, customers, endpoints } = context;
  const wakeWaiting = createWakeWaiting(connection);

  function edit(
    endpointId: string,
    change: (endpoint: StoredEndpoint, now: number) => StoredEndpoint,
  ): Endpoint | undefined {
    const now = context.now();
    const stored = endpoints.find(endpointId);
    if (stored === undefined) return undefined;
    const changed = change(stored, now);
    return endpointAt(changed === stored ? stored : endpoints.save({ ...changed, updatedAt: now }, now), now);
  }

  return {
    put(draft) {
      const now = context.now();
      if (customers.find(draft.customerId) === undefined) throw new UnknownCustomer(draft.customerId);
      const before = endpoints.find(draft.id);
      if (before !== undefined && before.customerId !== draft.customerId) throw new EndpointTaken(draft.id);
      const saved = endpoints.save(drafted(draft, before, now), now);
      if (before !== undefined && isMended(before, saved)) wakeWaiting(saved.id, now);
      return endpointAt(saved, now);
    },
    pause: (endpointId, reason, detail) =>
      edit(endpointId, (endpoint, now) =>
        endpoint.pause === null ? { ...endpoint, pause: { at: now, reason, detail } } : endpoint,
      ),
    resume: (endpointId) =>
      edit(endpointId, (endpoint, now) => {
        wakeWaiting(endpoint.id, now);
        if (endpoint.pause === null && endpoint.breaker.openedAt === null) return endpoint;
        return { ...endpoint, pause: null, breaker: { ...breakerClosed, ramp: 1 } };
      }),
    rotateSignKey: (endpointId, signKey, overlapMs) =>
      edit(endpointId, (endpoint, now) => ({
        ...endpoint,
        signKey,
        previousSignKey: overlapMs > 0 ? endpoint.signKey : null,
        previousSignKeyUntil: overlapMs > 0 && endpoint.signKey !== null ? now + overlapMs : null,
      })),
  };
}

/** What was tried before says nothing about the new URL or key. */
function isMended(before: Endpoint, after: Endpoint): boolean {
  return before.url !== after.url || before.signKey !== after.signKey;
}

function drafted(draft: EndpointDraft, before: StoredEndpoint | undefined, now: number): StoredEndpoint {
  // Without a sign key nothing is signed, so a previous one has nothing to stand in for.
  const unsigned = draft.signKey === null;
  return {
    id: draft.id,
    customerId: draft.customerId,
    url: draft.url,
    signKey: draft.signKey === undefined ? (before?.signKey ?? null) : draft.signKey,
    previousSignKey: unsigned ? null : (before?.previousSignKey ?? null),
    previousSignKeyUntil: unsigned ? null : (before?.previousSignKeyUntil ?? null),
    webhookSecret: draft.webhookSecret === undefined ? (before?.webhookSecret ?? null) : draft.webhookSecret,
    revision: draft.revision,
    coalesce: draft.coalesce,
    onGiveUp: draft.onGiveUp,
    inFlightMax: draft.inFlightMax,
    connectTimeoutMs: draft.connectTimeoutMs,
    totalTimeoutMs: draft.totalTimeoutMs,
    retryHorizonMs: draft.retryHorizonMs,
    deliveryFailedUrl: draft.deliveryFailedUrl,
    pause: before?.pause ?? null,
    breaker: before?.breaker ?? breakerClosed,
    heldMs: before?.heldMs ?? 0,
    heldSince: before?.heldSince ?? null,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}
