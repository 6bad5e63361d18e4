import { renderEnvelope } from '@doorbell/contract';

import type { ReceivedChange } from './received-change.ts';
import type { Refusal } from './refusal.ts';
import { RefuseError } from './refuse.ts';

/** The HTTP answer to render as it stands. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `repeat` and `stale` were answered with success without running the handler. */
  readonly outcome: 'accepted' | 'repeat' | 'stale' | 'refused';
  /** The change, if the request was a verified notification. */
  readonly change?: ReceivedChange;
  /** Why the answer is no success. */
  readonly refusal?: Refusal;
}

const headers = Object.freeze({ 'content-type': 'application/json; charset=utf-8' });

/** The platform reads 64 KiB of an answer and keeps 1 KiB: a longer reason would turn a refusal into a retry. */
const REASON_MAX = 1000;

const SUCCESS = renderEnvelope({ state: 200, payload: 'Success' });
const STALE = renderEnvelope({ state: 200, payload: 'stale' });

export function renderAccepted(change: ReceivedChange, outcome: 'accepted' | 'repeat' | 'stale'): Answer {
  return { status: 200, headers, body: outcome === 'stale' ? STALE : SUCCESS, outcome, change };
}

export function renderRefused(
  refusal: Refusal,
  options: { mirror: boolean; change?: ReceivedChange },
): Answer {
  const answer = {
    status: httpStatus(refusal, options.mirror),
    headers: refusal.code === 'method-not-post' ? { ...headers, allow: 'POST' } : headers,
    body: renderEnvelope({ state: refusal.state, payload: wirePayload(refusal) }),
    outcome: 'refused' as const,
    refusal,
  };
  return options.change === undefined ? answer : { ...answer, change: options.change };
}

function httpStatus(refusal: Refusal, mirror: boolean): number {
  // The platform only POSTs, and well under the limit: these two answer somebody else, in plain HTTP.
  if (refusal.code === 'method-not-post') return 405;
  if (refusal.code === 'form-too-large') return 413;
  if (!mirror) return 200;
  return refusal.state === 4011 ? 401 : refusal.state;
}

/** A forger learns nothing here about key, clock or window, and the platform nothing about a failing handler. */
function wirePayload(refusal: Refusal): string {
  if (refusal.cause instanceof RefuseError) return refusal.cause.reason.slice(0, REASON_MAX);
  if (refusal.code === 'handler-failed' || refusal.code === 'memory-failed') return 'internal error';
  if (refusal.state === 401) return 'authentication failed';
  return refusal.field === null ? refusal.code : `${refusal.code}: ${refusal.field}`;
}
