import type { Actor } from '../audit.ts';
import { breakerClosed } from '../breaker.ts';
import { type Endpoint, type EndpointDraft, PausedByOperator, type PauseReason } from '../endpoint.ts';
import type { EpochMs } from '../ports.ts';
import type { StoredEndpoint } from './endpoint-row.ts';

// What an operator's edits make of an endpoint, whatever it is stored in. An edit that changes nothing returns the same object.

export function paused(
  endpoint: StoredEndpoint,
  reason: PauseReason,
  detail: string,
  now: EpochMs,
): StoredEndpoint {
  const isFree = endpoint.pause === null || (endpoint.pause.reason === 'customer' && reason === 'operator');
  return isFree ? { ...endpoint, pause: { at: now, reason, detail } } : endpoint;
}

/** Throws `PausedByOperator`: decided on the row that is written, for an operator may pause at the same time. */
export function resumed(endpoint: StoredEndpoint, by: Actor | undefined): StoredEndpoint {
  if (by?.kind === 'customer' && endpoint.pause?.reason === 'operator') throw new PausedByOperator();
  if (endpoint.pause === null && endpoint.breaker.openedAt === null) return endpoint;
  return { ...endpoint, pause: null, breaker: { ...breakerClosed, ramp: 1 } };
}

export function rotated(
  endpoint: StoredEndpoint,
  signKey: string,
  overlapMs: number,
  now: EpochMs,
): StoredEndpoint {
  return {
    ...endpoint,
    signKey,
    previousSignKey: overlapMs > 0 ? endpoint.signKey : null,
    previousSignKeyUntil: overlapMs > 0 && endpoint.signKey !== null ? now + overlapMs : null,
  };
}

/** What was tried before says nothing about the new URL or key. */
export function isMended(before: Endpoint, after: Endpoint): boolean {
  return before.url !== after.url || before.signKey !== after.signKey;
}

export function drafted(
  draft: EndpointDraft,
  before: StoredEndpoint | undefined,
  now: EpochMs,
): StoredEndpoint {
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
