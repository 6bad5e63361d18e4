import { afterFailure, afterSuccess, type BreakerState } from '../../breaker.ts';
import type { Settlement, Step, Verdict } from '../../lane.ts';
import type { EpochMs } from '../../ports.ts';
import type { StoredEndpoint } from '../endpoint-row.ts';
import { createRecordAttempt, type RecordAttempt } from './attempts.ts';
import { isSqliteError, type Statement } from './connection.ts';
import type { StoreContext } from './context.ts';
import { createWakeWaiting, type WakeWaiting } from './wake-waiting.ts';

export const settleSql = {
  // What nearly every settlement is: the head was delivered, and the lane is as it was claimed.
  advance: `update lane set head_seq = head_seq + 1, due_at = case when head_seq < tail_seq and parked = 0 then ?5 end,
      attempt = 0, first_try_at = null, lease_until = 0, claimed_seq = null, claimed_at = null
    where id = ?1 and endpoint_id = ?2 and epoch = ?3 and claimed_seq = ?4 and head_seq = ?4 and reopened_seq is null`,
  lane: `select l.id, l.endpoint_id, l.task_id, l.head_seq, l.tail_seq, l.reopened_seq, l.epoch, l.attempt,
      l.due_at, l.first_try_at, l.claimed_seq, l.claimed_at, l.parked, c.created_at, c.state
    from lane l join change c on c.task_id = l.task_id and c.seq = ?2 where l.id = ?1`,
  move: `update lane set head_seq = ?2, reopened_seq = ?3, due_at = ?4, attempt = ?5, first_try_at = ?6, parked = ?7,
      lease_until = 0, claimed_seq = null, claimed_at = null
    where id = ?1`,
  dropPending: `delete from pending where (endpoint_id, created_at, task_id, seq, lane_id) =
    (select l.endpoint_id, c.created_at, c.task_id, c.seq, l.id
      from lane l join change c on c.task_id = l.task_id and c.seq = ?2 where l.id = ?1)`,
  close: `insert into closed (lane_id, seq, result, closed_at, endpoint_id, created_at, task_id, state)
    values (?, ?, ?, ?, ?, ?, ?, ?)`,
  dropReopened: 'delete from reopened where lane_id = ? and seq = ?',
  lowestReopened: 'select min(seq) seq from reopened where lane_id = ?',
  insertNotice: `insert into notice (endpoint_id, url, fields, due_at, created_at) values (?, ?, ?, ?, ?)`,
} as const;

interface LaneRow {
  readonly id: number;
  readonly endpoint_id: string;
  readonly task_id: number;
  readonly head_seq: number;
  readonly tail_seq: number;
  readonly reopened_seq: number | null;
  readonly epoch: number;
  readonly attempt: number;
  readonly due_at: number | null;
  readonly first_try_at: number | null;
  readonly claimed_seq: number | null;
  readonly claimed_at: number | null;
  readonly parked: number;
  readonly created_at: number;
  readonly state: number;
}

/** A value that a STRICT table refuses, or SQLite at all. */
export function isUnstorable(error: unknown): error is Error {
  return isSqliteError(error, 'constraint') || isSqliteError(error, 'tooBig');
}

/** Where a lane goes on: all that a settlement may change of it. */
interface LaneMove {
  readonly head: number;
  readonly reopened: number | null;
  readonly dueAt: EpochMs | null;
  readonly attempt: number;
  readonly firstTryAt: EpochMs | null;
  readonly parked: boolean;
}

export class SettleVerb {
  readonly #context: StoreContext;
  readonly #advanceHead: Statement<never>;
  readonly #findLane: Statement<LaneRow>;
  readonly #moveLane: Statement<never>;
  readonly #dropPending: Statement<never>;
  readonly #close: Statement<never>;
  readonly #dropReopened: Statement<never>;
  readonly #lowestReopened: Statement<{ seq: number | null }>;
  readonly #insertNotice: Statement<never>;
  readonly #recordAttempt: RecordAttempt;
  readonly #wakeWaiting: WakeWaiting;

  constructor(context: StoreContext) {
    const { connection } = context;
    this.#context = context;
    this.#advanceHead = connection.prepare(settleSql.advance);
    this.#findLane = connection.prepare(settleSql.lane);
    this.#moveLane = connection.prepare(settleSql.move);
    this.#dropPending = connection.prepare(settleSql.dropPending);
    this.#close = connection.prepare(settleSql.close);
    this.#dropReopened = connection.prepare(settleSql.dropReopened);
    this.#lowestReopened = connection.prepare(settleSql.lowestReopened);
    this.#insertNotice = connection.prepare(settleSql.insertNotice);
    this.#recordAttempt = createRecordAttempt(connection);
    this.#wakeWaiting = createWakeWaiting(connection);
  }

  settle(settlements: readonly Settlement[]): readonly Verdict[] {
    const now = this.#context.now();
    return settlements.map((settlement) =>
      this.#advance(settlement, now) ? 'applied' : this.#settleOne(settlement, now),
    );
  }

  /** Settles the common case with as few statements as it takes; false when this is another one. */
  #advance(
    { laneId, endpointId, sequence, epoch, attempts, step, notice }: Settlement,
    now: EpochMs,
  ): boolean {
    if (step.kind !== 'advance' || step.result !== 1 || notice !== null) return false;
    if (this.#advanceHead.change(laneId, endpointId, epoch, sequence, now) === 0) return false;
    this.#dropPending.run(laneId, sequence);
    for (const attempt of attempts) this.#recordAttempt(laneId, attempt, false, now);
    this.#adjustEndpoint(endpointId, null, step, now);
    return true;
  }

  #settleOne(settlement: Settlement, now: EpochMs): Verdict {
    const lane = this.#findLane.get(settlement.laneId, settlement.sequence);
    if (lane === undefined) return 'fenced';
    const applies = lane.epoch === settlement.epoch && lane.claimed_seq === settlement.sequence;
    for (const attempt of settlement.attempts) this.#recordAttempt(lane.id, attempt, !applies, now);
    if (!applies) return 'fenced';

    const move = this.#moveOf(lane, settlement, now);
    this.#moveLane.run(
      lane.id,
      move.head,
      move.reopened,
      move.dueAt,
      move.attempt,
      move.firstTryAt,
      move.parked ? 1 : 0,
    );
    this.#adjustEndpoint(lane.endpoint_id, lane.claimed_at, settlement.step, now);
    if (settlement.notice !== null) {
      const { endpointId, url, fields } = settlement.notice;
      this.#insertNotice.run(endpointId, url, JSON.stringify(fields), now, now);
    }
    return 'applied';
  }

  #moveOf(lane: LaneRow, settlement: Settlement, now: EpochMs): LaneMove {
    const { step, sequence } = settlement;
    if (step.kind === 'advance') return this.#afterResult(lane, sequence, step.result, now);
    if (step.kind === 'park') return this.#afterGivingUp(lane, sequence, now);
    const stay = { head: lane.head_seq, reopened: lane.reopened_seq, parked: lane.parked === 1 };
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

  #afterResult(lane: LaneRow, sequence: number, result: 1 | 2 | 3, now: EpochMs): LaneMove {
    this.#record(lane, sequence, result, now);
    const isHead = sequence === lane.head_seq;
    if (!isHead) this.#dropReopened.run(lane.id, sequence);
    const head = isHead ? lane.head_seq + 1 : lane.head_seq;
    const reopened = isHead ? lane.reopened_seq : (this.#lowestReopened.get(lane.id)?.seq ?? null);
    const parked = lane.parked === 1;
    const hasWork = reopened !== null || (!parked && head <= lane.tail_seq);
    return { head, reopened, dueAt: hasWork ? now : null, attempt: 0, firstTryAt: null, parked };
  }

  /** Only a head can hold up what comes after it; a reopened one that fails again is simply failed. */
  #afterGivingUp(lane: LaneRow, sequence: number, now: EpochMs): LaneMove {
    if (sequence !== lane.head_seq) return this.#afterResult(lane, sequence, 3, now);
    this.#record(lane, sequence, 3, now);
    const dueAt = lane.reopened_seq === null ? null : now;
    const { head_seq: head, reopened_seq: reopened } = lane;
    return { head, reopened, dueAt, attempt: 0, firstTryAt: null, parked: true };
  }

  #record(lane: LaneRow, sequence: number, result: 1 | 2 | 3, now: EpochMs): void {
    const { id, endpoint_id: endpointId, created_at: createdAt, task_id: taskId } = lane;
    this.#dropPending.run(id, sequence);
    if (result === 1) return;
    this.#close.run(id, sequence, result, now, endpointId, createdAt, taskId, lane.state);
  }

  #adjustEndpoint(endpointId: string, claimedAt: EpochMs | null, step: Step, now: EpochMs): void {
    const endpoint = this.#context.endpoints.find(endpointId);
    if (endpoint === undefined) return;
    if (step.kind === 'pause') {
      // An answer to the key or URL of before says nothing about what an operator has put right since.
      const isOutdated = (claimedAt ?? now) < endpoint.updatedAt;
      if (endpoint.pause !== null || isOutdated) return;
      const pause = { at: now, reason: step.reason, detail: step.detail };
      this.#context.endpoints.save({ ...endpoint, pause }, now);
      return;
    }
    const breaker = breakerAfter(endpoint, step, now);
    // The same object comes back when nothing changed: a healthy endpoint costs no write.
    if (breaker === endpoint.breaker) return;
    this.#context.endpoints.save({ ...endpoint, breaker }, now);
    if (endpoint.breaker.openedAt !== null && breaker.openedAt === null) this.#wakeWaiting(endpoint.id, now);
  }
}

function breakerAfter(endpoint: StoredEndpoint, step: Step, now: EpochMs): BreakerState {
  if (step.kind === 'pause' || step.kind === 'release') return endpoint.breaker;
  if (step.kind === 'advance' && step.result !== 3)
    return afterSuccess(endpoint.breaker, endpoint.inFlightMax);
  return afterFailure(endpoint.breaker, now);
}
