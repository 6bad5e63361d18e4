import type { Step } from '../../lane.ts';
import type { EpochMs } from '../../ports.ts';

/** A lane as far as a settlement goes by it. */
export interface LaneState {
  readonly head_seq: number;
  readonly tail_seq: number;
  readonly reopened_seq: number | null;
  /** The lowest reopened one besides the one that is settled. */
  readonly next_reopened: number | null;
  readonly attempt: number;
  readonly due_at: number | null;
  readonly first_try_at: number | null;
  readonly parked: boolean;
}

/** Where a lane goes on: all that a settlement may change of it. */
export interface LaneMove {
  readonly head: number;
  readonly reopened: number | null;
  readonly dueAt: EpochMs | null;
  readonly attempt: number;
  readonly firstTryAt: EpochMs | null;
  readonly parked: boolean;
  /** What is to be recorded of the change; null when it stays pending. */
  readonly result: 1 | 2 | 3 | null;
}

export function moveOf(lane: LaneState, sequence: number, step: Step, now: EpochMs): LaneMove {
  if (step.kind === 'advance') return afterResult(lane, sequence, step.result, now);
  if (step.kind === 'park') return afterGivingUp(lane, sequence, now);
  const stay = { head: lane.head_seq, reopened: lane.reopened_seq, parked: lane.parked, result: null };
  if ((lane.reopened_seq ?? lane.head_seq) !== sequence) {
    // Reopened while this one was out: the earlier change goes first, with tries of its own.
    return { ...stay, dueAt: now, attempt: 0, firstTryAt: null };
  }
  if (step.kind === 'retry') {
    return { ...stay, dueAt: now + step.delayMs, attempt: lane.attempt, firstTryAt: lane.first_try_at };
  }
  // It keeps its place: what was claimed before its turn would otherwise go behind all others, time and again.
  const attempt = lane.attempt - 1;
  return {
    ...stay,
    dueAt: lane.due_at ?? now,
    attempt,
    firstTryAt: attempt === 0 ? null : lane.first_try_at,
  };
}

function afterResult(lane: LaneState, sequence: number, result: 1 | 2 | 3, now: EpochMs): LaneMove {
  const isHead = sequence === lane.head_seq;
  const head = isHead ? lane.head_seq + 1 : lane.head_seq;
  const reopened = isHead ? lane.reopened_seq : lane.next_reopened;
  const { parked } = lane;
  const hasWork = reopened !== null || (!parked && head <= lane.tail_seq);
  return { head, reopened, dueAt: hasWork ? now : null, attempt: 0, firstTryAt: null, parked, result };
}

/** Only a head can hold up what comes after it; a reopened one that fails again is simply failed. */
function afterGivingUp(lane: LaneState, sequence: number, now: EpochMs): LaneMove {
  if (sequence !== lane.head_seq) return afterResult(lane, sequence, 3, now);
  const { head_seq: head, reopened_seq: reopened } = lane;
  const dueAt = reopened === null ? null : now;
  return { head, reopened, dueAt, attempt: 0, firstTryAt: null, parked: true, result: 3 };
}
