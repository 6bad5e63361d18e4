import type { AttemptRecord, NoticeDraft } from './attempt.ts';
import type { Change } from './change.ts';
import type { Endpoint, PauseReason } from './endpoint.ts';
import type { EpochMs } from './ports.ts';

/**
 * A leased lane: the exclusive right, until the lease ends, to deliver one change of one task to one endpoint.
 * A lane is endpoint x task, a cursor (head, tail) into the task's changes.
 */
export interface Claim {
  readonly laneId: number;
  /** The change to deliver: the lane's head, or the lowest reopened one. */
  readonly sequence: number;
  /** The fence: settle is refused when the lane was claimed again since. */
  readonly epoch: number;
  /** 1 for the first try of this notification. */
  readonly attempt: number;
  /** It was settled before, and somebody wanted it sent again. */
  readonly isResend: boolean;
  readonly firstTryAt: EpochMs;
  /** Milliseconds since `firstTryAt` in which the endpoint was paused or its breaker open. */
  readonly heldMs: number;
  readonly endpoint: Endpoint;
  readonly change: Change;
}

/** What a delivery did and where the lane goes from there. */
export interface Settlement {
  readonly laneId: number;
  readonly endpointId: string;
  readonly sequence: number;
  readonly epoch: number;
  /** Empty when nothing was sent; two when the previous key was tried after a 401. */
  readonly attempts: readonly AttemptRecord[];
  readonly step: Step;
  /** Written in the same transaction when the delivery was given up and the endpoint has a URL for it. */
  readonly notice: NoticeDraft | null;
}

/**
 * advance: result 1 delivered, 2 refused, 3 failed is recorded and the lane goes on.
 * retry: the same change again after `delayMs`.
 * park: result 3 is recorded and the lane stays on the change until someone resends it.
 * pause: the endpoint pauses; the try does not count and the change stays due.
 * release: nothing was sent; the try does not count and the change stays due.
 */
export type Step =
  | { readonly kind: 'advance'; readonly result: 1 | 2 | 3 }
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'park' }
  | { readonly kind: 'pause'; readonly reason: PauseReason; readonly detail: string }
  | { readonly kind: 'release' };

export type Verdict = 'applied' | 'fenced' | 'busy';
