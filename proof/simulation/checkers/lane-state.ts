import type { Claim, Settlement, SignedRequest } from '@doorbell/engine';
import type { Meaning } from '../fact.ts';
import type { Held } from './endpoint-state.ts';
import type { Moment } from './moment.ts';

export type Result = 1 | 2 | 3 | 4;

/** When a lane may be, and when it should be, claimed. */
export interface Due {
  readonly notBeforeFastMs: number;
  readonly expectedByMs: number;
  readonly incarnation: number;
}

export interface PostState {
  readonly post: number;
  readonly claim: ClaimState;
  readonly startedWallMs: number;
  readonly request: SignedRequest;
  arrived: Meaning | null;
  reply: {
    readonly at: Moment;
    readonly wallMs: number;
    readonly means: Meaning;
    readonly retryAfter: string | null;
    readonly httpStatus: number | null;
  } | null;
}

export interface ClaimState {
  readonly worker: number;
  readonly askedAtMs: number;
  readonly calledAtMs: number;
  readonly at: Moment;
  readonly claim: Claim;
  /** First try of the notification, and what its endpoint was held until then. */
  readonly firstTry: Moment;
  readonly heldAtFirstTry: Held;
  readonly heldAtClaim: Held;
  readonly posts: PostState[];
  /** What was told of it, in time or too late. */
  told: Settlement | null;
  /** How it ended: settled, or given up because its process ended or its lease ran out. */
  end: 'live' | 'advanced' | 'parked' | 'retried' | 'unspent' | 'void' | 'expired';
}

/** What a lane ought to be, from what happened to it. */
export interface LaneState {
  readonly key: string;
  readonly endpointId: string;
  readonly taskKey: string;
  laneId: number | null;
  readonly first: number;
  head: number;
  tail: number;
  /** Ascending. */
  reopened: number[];
  parked: boolean;
  readonly results: Map<number, Result>;
  /** Tries of the current notification that count. */
  tries: number;
  firstTry: { readonly at: Moment; readonly held: Held } | null;
  due: Due | null;
  /** The newest claim while it is not settled. */
  live: ClaimState | null;
  readonly claims: ClaimState[];
  /** For each change, how many of `claims` there were when it was last reopened. */
  readonly reopenedAfter: Map<number, number>;
}

export function newLane(key: string, endpointId: string, taskKey: string, first: number): LaneState {
  return {
    key,
    endpointId,
    taskKey,
    laneId: null,
    first,
    head: first,
    tail: first,
    reopened: [],
    parked: false,
    results: new Map(),
    tries: 0,
    firstTry: null,
    due: null,
    live: null,
    claims: [],
    reopenedAfter: new Map(),
  };
}

/** The change that the lane has to deliver next; undefined when it is idle, or parked. */
export function currentOf(lane: LaneState): number | undefined {
  if (lane.reopened[0] !== undefined) return lane.reopened[0];
  return lane.parked || lane.head > lane.tail ? undefined : lane.head;
}

/** The claim that a request belongs to: a worker that stalled may hold an old and a new one of the same lane. */
export function claimOf(
  lane: LaneState,
  worker: number,
  sequence: number,
  attempt: number,
): ClaimState | undefined {
  return lane.claims.findLast(
    (each) => each.worker === worker && each.claim.sequence === sequence && each.claim.attempt === attempt,
  );
}

/** 0 while it waits. */
export function resultOf(lane: LaneState, sequence: number): 0 | 1 | 2 | 3 | 4 {
  const isWaiting =
    lane.reopened.includes(sequence) || (sequence >= lane.head && !(lane.parked && sequence === lane.head));
  return isWaiting ? 0 : (lane.results.get(sequence) ?? 0);
}

export function forgetTries(lane: LaneState): void {
  lane.tries = 0;
  lane.firstTry = null;
}

/** A new process takes all leases back: what was claimed is due as before. */
export function recoverLane(lane: LaneState, now: Moment): void {
  if (lane.live === null) return;
  lane.live.end = 'void';
  if (lane.live.claim.sequence !== currentOf(lane)) forgetTries(lane);
  lane.live = null;
  if (lane.due !== null)
    lane.due = { ...lane.due, expectedByMs: Math.max(lane.due.expectedByMs, now.trueMs) };
}

/** A person wants a change sent again; it is due then, unless another one of the lane comes first. */
export function reopen(lane: LaneState, sequence: number, due: Due): void {
  if (resultOf(lane, sequence) === 0) {
    if (lane.live === null && currentOf(lane) === sequence) lane.due = due;
    return;
  }
  lane.results.delete(sequence);
  lane.reopenedAfter.set(sequence, lane.claims.length);
  if (lane.parked && sequence === lane.head) lane.parked = false;
  else lane.reopened = [...lane.reopened, sequence].sort((a, b) => a - b);
  const isNext = currentOf(lane) === sequence;
  if (isNext && lane.live === null) {
    forgetTries(lane);
    lane.due = due;
  } else lane.due ??= due;
}
