import type { Fault } from '@doorbell/contract';

import type { RefusalState } from './refuse.ts';

/** Why a request was not answered with success. The platform is told less than this. */
export interface Refusal extends Fault {
  /** The state the answer carries. */
  readonly state: RefusalState;
  /** What was thrown, with code `handler-refused`, `handler-failed` or `memory-failed`. */
  readonly cause?: unknown;
}

/**
 * The two sides disagree about the key, the clock or whether to sign at all. 401 pauses the endpoint:
 * nothing is burnt, and it resumes in order once someone has set it right.
 */
export function unauthenticated(fault: Fault): Refusal {
  return { ...fault, state: 401 };
}

/**
 * Not a notification as agreed. 500, because the platform then keeps it and tries again for days while
 * the cause is mended; 403 would lose it for good, so only a handler may say that.
 */
export function notUnderstood(fault: Fault): Refusal {
  return { ...fault, state: 500 };
}
