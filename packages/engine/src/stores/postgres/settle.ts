import { afterFailure, afterSuccess, type BreakerState } from '../../breaker.ts';
import type { Settlement, Step, Verdict } from '../../lane.ts';
import type { EpochMs } from '../../ports.ts';
import type { StoredEndpoint } from '../endpoint-row.ts';
import { settleApart } from '../settle-apart.ts';
import { attemptRow, type WrittenAttempt } from './attempts.ts';
import type { StoreContext } from './context.ts';
import { isDatabaseError, type Session, toRows } from './database.ts';
import { EndpointBook } from './endpoint-book.ts';
import { type LaneMove, type LaneState, moveOf } from './lane-move.ts';
import { settleSql } from './settle-sql.ts';
import { wakeWaiting } from './wake-waiting.ts';

interface LaneRow extends LaneState {
  readonly now: EpochMs;
  readonly known: boolean;
  /** null when the lane is locked by someone else, or does not exist. */
  readonly id: number | null;
  readonly endpoint_id: string;
  readonly task_id: number;
  readonly epoch: number;
  readonly claimed_seq: number | null;
  readonly claimed_at: number | null;
  /** null when the task has no such change. */
  readonly created_at: number | null;
  readonly state: number;
}

interface EndpointStep {
  readonly endpointId: string;
  readonly step: Step;
  readonly claimedAt: EpochMs;
}

/** What a batch writes, in one statement. */
interface Writes {
  readonly attempts: Map<string, WrittenAttempt>;
  /** Of lanes that have gone on since: they may be on record as lost, or already. */
  readonly lateAttempts: Map<string, WrittenAttempt>;
  readonly moves: object[];
  readonly results: object[];
  readonly notices: object[];
  readonly steps: EndpointStep[];
}

/** See `settleApart`. */
export async function settle(
  context: StoreContext,
  settlements: readonly Settlement[],
): Promise<readonly Verdict[]> {
  if (settlements.length === 0) return [];
  return settleApart((batch) => settleBatch(context, batch), isUnstorable, settlements);
}

/** Data exceptions and violated constraints. */
function isUnstorable(error: unknown): error is Error {
  return isDatabaseError(error) && /^2[23]/.test(error.code ?? '');
}

function settleBatch(
  { database, vault, givenNow }: StoreContext,
  settlements: readonly Settlement[],
): Promise<readonly Verdict[]> {
  return database.transaction(async (session) => {
    const lanes = await session.rows<LaneRow>(
      settleSql.lock,
      settlements.map(({ laneId }) => laneId),
      settlements.map(({ sequence }) => sequence),
      givenNow(),
    );
    const nextReopened = await listNextReopened(session, settlements, lanes);
    const writes: Writes = {
      attempts: new Map(),
      lateAttempts: new Map(),
      moves: [],
      results: [],
      notices: [],
      steps: [],
    };
    const settled = new Set<number>();
    const verdicts = settlements.map((settlement, index): Verdict => {
      const lane = lanes[index];
      if (lane === undefined || !lane.known) return 'fenced';
      if (lane.id === null) return 'busy';
      const applies =
        lane.epoch === settlement.epoch && lane.claimed_seq === settlement.sequence && !settled.has(lane.id);
      if (lane.created_at !== null) addAttempts(writes, lane.id, settlement, !applies);
      if (!applies) return 'fenced';
      settled.add(lane.id);
      const state = { ...lane, next_reopened: nextReopened.get(lane.id) ?? null };
      addMove(writes, lane, settlement, moveOf(state, settlement.sequence, settlement.step, lane.now));
      return 'applied';
    });
    const now = lanes[0]?.now ?? 0;
    await write(session, writes, now);
    await adjustEndpoints(session, new EndpointBook(session, vault), writes.steps, now);
    return verdicts;
  });
}

function addAttempts(writes: Writes, laneId: number, settlement: Settlement, fenced: boolean): void {
  for (const attempt of settlement.attempts) {
    const key = `${laneId}.${attempt.sequence}.${attempt.epoch}.${attempt.post}`;
    if (writes.attempts.has(key) || writes.lateAttempts.has(key)) continue;
    const place = fenced ? writes.lateAttempts : writes.attempts;
    place.set(key, attemptRow(laneId, attempt, fenced));
  }
}

function addMove(writes: Writes, lane: LaneRow, settlement: Settlement, move: LaneMove): void {
  writes.moves.push({
    lane_id: lane.id,
    head: move.head,
    reopened: move.reopened,
    due_at: move.dueAt,
    attempt: move.attempt,
    first_try_at: move.firstTryAt,
    parked: move.parked,
  });
  if (move.result !== null) {
    writes.results.push({
      lane_id: lane.id,
      endpoint_id: lane.endpoint_id,
      created_at: lane.created_at,
      task_id: lane.task_id,
      seq: settlement.sequence,
      state: lane.state,
      result: move.result,
    });
  }
  if (settlement.notice !== null) writes.notices.push(settlement.notice);
  const claimedAt = lane.claimed_at ?? lane.now;
  writes.steps.push({ endpointId: lane.endpoint_id, step: settlement.step, claimedAt });
}

/** Read after the lock: a resend that committed meanwhile is not in the snapshot of the statement that locked. */
async function listNextReopened(
  session: Session,
  settlements: readonly Settlement[],
  lanes: readonly LaneRow[],
): Promise<Map<number, number>> {
  const asked = settlements.filter((_, index) => lanes[index]?.reopened_seq != null);
  if (asked.length === 0) return new Map();
  const rows = await session.rows<{ lane_id: number; seq: number }>(
    settleSql.nextReopened,
    asked.map(({ laneId }) => laneId),
    asked.map(({ sequence }) => sequence),
  );
  return new Map(rows.map((row) => [row.lane_id, row.seq]));
}

async function write(session: Session, writes: Writes, now: EpochMs): Promise<void> {
  if (writes.lateAttempts.size > 0) {
    const late = toRows([...writes.lateAttempts.values()]);
    await session.rows(settleSql.dropLost, late);
    await session.rows(settleSql.writeLate, late, now);
  }
  if (writes.moves.length === 0) return;
  await session.rows(
    settleSql.write,
    toRows(writes.moves),
    toRows([...writes.attempts.values()]),
    toRows(writes.results),
    toRows(writes.notices),
    now,
  );
}

/** A healthy endpoint costs a read and neither lock nor write. */
async function adjustEndpoints(
  session: Session,
  endpoints: EndpointBook,
  steps: readonly EndpointStep[],
  now: EpochMs,
): Promise<void> {
  const after = (from: ReadonlyMap<string, StoredEndpoint>): readonly StoredEndpoint[] => {
    const adjusted = new Map(from);
    for (const step of steps) {
      const endpoint = adjusted.get(step.endpointId);
      if (endpoint !== undefined) adjusted.set(endpoint.id, afterStep(endpoint, step, now));
    }
    return [...adjusted.values()].filter((endpoint) => from.get(endpoint.id) !== endpoint);
  };
  const ids = [...new Set(steps.map(({ endpointId }) => endpointId))];
  if (ids.length === 0) return;
  const changed = after(await endpoints.some(ids));
  if (changed.length === 0) return;
  const locked = await endpoints.lock(changed.map(({ id }) => id));
  for (const endpoint of after(locked)) {
    await endpoints.save(endpoint, now);
    const wasOpen = locked.get(endpoint.id)?.breaker.openedAt !== null;
    if (wasOpen && endpoint.breaker.openedAt === null) await wakeWaiting(session, endpoint.id, now);
  }
}

function afterStep(
  endpoint: StoredEndpoint,
  { step, claimedAt }: EndpointStep,
  now: EpochMs,
): StoredEndpoint {
  if (step.kind === 'pause') {
    // An answer to the key or URL of before says nothing about what an operator has put right since.
    if (endpoint.pause !== null || claimedAt < endpoint.updatedAt) return endpoint;
    return { ...endpoint, pause: { at: now, reason: step.reason, detail: step.detail } };
  }
  const breaker = breakerAfter(endpoint, step, now);
  // The same object comes back when nothing changed.
  return breaker === endpoint.breaker ? endpoint : { ...endpoint, breaker };
}

function breakerAfter(endpoint: StoredEndpoint, step: Step, now: EpochMs): BreakerState {
  if (step.kind === 'pause' || step.kind === 'release') return endpoint.breaker;
  if (step.kind === 'advance' && step.result !== 3)
    return afterSuccess(endpoint.breaker, endpoint.inFlightMax);
  return afterFailure(endpoint.breaker, now);
}
