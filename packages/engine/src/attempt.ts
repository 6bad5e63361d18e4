import type { Reading } from './interpret.ts';
import type { Claim } from './lane.ts';
import type { EpochMs, SignedRequest } from './ports.ts';
import type { SigningKey } from './sign-request.ts';

/** What a reply means. */
export type Outcome = 'accepted' | 'refused' | 'retry' | 'misconfigured';

/** One POST and what came of it; or, with reason `lost`, a lease that ran out before anyone could tell. */
export interface AttemptRecord {
  readonly sequence: number;
  readonly epoch: number;
  /** 1, or 2 for the try with the previous key. */
  readonly post: 1 | 2;
  /** As the endpoint saw it in `doorbell-attempt`. */
  readonly attempt: number;
  readonly at: EpochMs;
  readonly durationMs: number;
  readonly outcome: Outcome;
  /** Stable and machine-readable: why the outcome is what it is. */
  readonly reason: string;
  readonly detail: string;
  readonly url: string;
  /** null when unsigned, or when it was not sent. */
  readonly sign: string | null;
  readonly key: 'current' | 'previous' | null;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string;
  readonly httpStatus: number | null;
  readonly responseState: number | null;
  /** At most 1 KiB of what came back, as text. */
  readonly responseBody: string | null;
  readonly remoteAddress: string | null;
  /** For `decodeTimings`; null when they are not known. */
  readonly timings: string | null;
  /** True when the settlement came too late and changed nothing. Set by the store. */
  readonly fenced: boolean;
}

/** What those who watch see of an attempt, whoever made it. */
export interface RecordedAttempt
  extends Pick<
    AttemptRecord,
    | 'sequence'
    | 'epoch'
    | 'post'
    | 'attempt'
    | 'at'
    | 'durationMs'
    | 'outcome'
    | 'reason'
    | 'httpStatus'
    | 'responseState'
  > {
  readonly laneId: number;
  readonly endpointId: string;
  readonly customerId: string;
  readonly houseTaskId: string;
  readonly houseId: string;
  readonly state: number;
  /** As the notification stands now. */
  readonly result: 0 | 1 | 2 | 3 | 4;
}

export interface RecordedAttempts {
  /** Oldest first. */
  readonly attempts: readonly RecordedAttempt[];
  /** On the clock that attempts are recorded by. */
  readonly now: EpochMs;
}

interface Posted {
  readonly post: 1 | 2;
  readonly at: EpochMs;
  readonly durationMs: number;
  readonly request: SignedRequest;
  readonly signingKey: SigningKey;
  readonly reading: Reading;
  readonly timings: string | null;
}

export function attemptRecord(
  { sequence, epoch, attempt }: Pick<Claim, 'sequence' | 'epoch' | 'attempt'>,
  { post, at, durationMs, request, signingKey, reading, timings }: Posted,
): AttemptRecord {
  return {
    sequence,
    epoch,
    post,
    attempt,
    at,
    durationMs,
    outcome: reading.outcome,
    reason: reading.reason,
    detail: reading.detail,
    url: request.url,
    sign: request.headers.sign ?? null,
    key: signingKey.slot,
    requestHeaders: request.headers,
    requestBody: request.body,
    httpStatus: reading.httpStatus,
    responseState: reading.responseState,
    responseBody: reading.responseBody,
    remoteAddress: reading.remoteAddress,
    timings,
    fenced: false,
  };
}

/** A delivery-failed notice (contract.md, sibling callbacks) to be sent to the customer. */
export interface NoticeDraft {
  readonly endpointId: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface Notice extends NoticeDraft {
  readonly id: number;
  readonly epoch: number;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly signKey: string | null;
  readonly connectTimeoutMs: number;
  readonly totalTimeoutMs: number;
}

export interface NoticeSettlement {
  readonly id: number;
  readonly epoch: number;
  /** `retry` after `delayMs`, or done with, whatever was answered. */
  readonly step: { readonly kind: 'retry'; readonly delayMs: number } | { readonly kind: 'done' };
  readonly detail: string;
}
