import { afterFailure, afterSuccess, type BreakerState } from '../../breaker.ts';
import type { Settlement, Step, Verdict } from '../../lane.ts';
import type { EpochMs } from '../../ports.ts';
import type { Vault } from '../../vault.ts';
import type { StoredEndpoint } from '../endpoint-row.ts';
import { settleApart } from '../settle-apart.ts';
import { attemptRow, type WrittenAttempt } from './attempts.ts';
import type { StoreContext } from './context.ts';
import { type Database, isDatabaseError, lockNotAvailable, toRows } from './database.ts';
import { EndpointBook, endpointSql } from './endpoint-book.ts';
import { type LaneMove, type LaneState, moveOf } from './lane-move.ts';
import { settlePlain } from './settle-plain.ts';
import { settleSql } from './settle-sql.ts';
import type { Session, Transaction } from './transaction.ts';
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

/** In two steps: see `settlePlain`, and for the rest `settleApart`. */
export async function settle(
  context: StoreContext,
  settlements: readonly Settlement[],
): Promise<readonly Verdict[]> {
  const settled = await settlePlain(context, settlements).catch((error: unknown) => {
    // Found, and taken apart, with the rest.
    if (isUnstorable(error)) return new Set<Settlement>();
    throw error;
  });
  const rest = settlements.filter((settlement) => !settled.has(settlement));
  if (rest.length === 0) return settlements.map(() => 'applied');
  const ofRest = await settleApart((batch) => settleBatch(context, batch), isUnstorable, rest).catch(
    (error: unknown) => {
      // What is settled already must be told; the rest is tried again.
      if (settled.size > 0) return rest.map((): Verdict => 'busy');
      throw error;
    },
  );
  const verdicts = new Map(rest.map((settlement, index) => [settlement, ofRest[index] ?? 'busy']));
  return settlements.map((settlement) => verdicts.get(settlement) ?? 'applied');
}

/** Data exceptions and violated constraints. */
function isUnstorable(error: unknown): error is Error {
  return isDatabaseError(error) && /^2[23]/.test(error.code ?? '');
}

async function settleBatch(
  { database, vault, givenNow }: StoreContext,
  settlements: readonly Settlement[],
): Promise<readonly Verdict[]> {
  const { verdicts, steps, now } = await database.transaction(
    async (transaction) => {
      const endpoints = new EndpointBook(transaction, vault);
      const [lanes, stored] = await Promise.all([
        transaction.prepared<LaneRow>(
          settleSql.lock,
          settlements.map(({ laneId }) => laneId),
          settlements.map(({ sequence }) => sequence),
          givenNow(),
        ),
        endpoints.readable([...new Set(settlements.map(({ endpointId }) => endpointId))]),
      ]);
      const at = lanes[0]?.now ?? 0;
      const judged = judge(settlements, lanes, await listNextReopened(transaction, settlements, lanes));
      const { writes } = judged;
      const changed = new Set(adjustedBy(stored, writes.steps, at).map(({ id }) => id));
      const telling = writes.steps.filter(({ endpointId }) => changed.has(endpointId));
      const writing = write(transaction, writes, at);
      if (telling.length === 0) transaction.commit();
      await writing;
      const left = telling.length === 0 ? [] : await adjustEndpoints(transaction, endpoints, telling, at);
      return { verdicts: judged.verdicts, steps: left, now: at };
    },
    { byIndex: true },
  );
  if (steps.length > 0) await adjustLater(database, vault, steps, now);
  return verdicts;
}

/** What becomes of each, and all that is to be written of it. */
function judge(
  settlements: readonly Settlement[],
  lanes: readonly LaneRow[],
  nextReopened: ReadonlyMap<number, number>,
): { readonly verdicts: readonly Verdict[]; readonly writes: Writes } {
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
  return { verdicts, writes };
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

async function write(transaction: Transaction, writes: Writes, now: EpochMs): Promise<void> {
  const late = writes.lateAttempts.size === 0 ? undefined : toRows([...writes.lateAttempts.values()]);
  // Sent at once; the server does one after the other.
  await Promise.all([
    ...(late === undefined
      ? []
      : [transaction.rows(settleSql.dropLost, late), transaction.rows(settleSql.writeLate, late, now)]),
    ...(writes.moves.length === 0
      ? []
      : [
          transaction.prepared(
            settleSql.write,
            toRows(writes.moves),
            toRows([...writes.attempts.values()]),
            toRows(writes.results),
            toRows(writes.notices),
            now,
          ),
        ]),
  ]);
}

/** Those that the steps change; a healthy endpoint stays as it is, and costs neither lock nor write. */
function adjustedBy(
  from: ReadonlyMap<string, StoredEndpoint>,
  steps: readonly EndpointStep[],
  now: EpochMs,
): readonly StoredEndpoint[] {
  const adjusted = new Map(from);
  for (const step of steps) {
    const endpoint = adjusted.get(step.endpointId);
    if (endpoint !== undefined) adjusted.set(endpoint.id, afterStep(endpoint, step, now));
  }
  return [...adjusted.values()].filter((endpoint) => from.get(endpoint.id) !== endpoint);
}

/** Returns the steps of those that someone else has locked: the batch waits for nobody. */
async function adjustEndpoints(
  session: Session,
  endpoints: EndpointBook,
  steps: readonly EndpointStep[],
  now: EpochMs,
): Promise<readonly EndpointStep[]> {
  const locked = await endpoints.lockFree(endpointIdsOf(steps));
  for (const endpoint of adjustedBy(locked, steps, now)) {
    await endpoints.save(endpoint, now);
    const wasOpen = locked.get(endpoint.id)?.breaker.openedAt !== null;
    if (wasOpen && endpoint.breaker.openedAt === null) await wakeWaiting(session, endpoint.id, now);
  }
  return steps.filter(({ endpointId }) => !locked.has(endpointId));
}

/**
 * Once the lanes are settled: waits a moment for who has the endpoint's row. Longer would hold up what is answered
 * meanwhile, and the next answer of the endpoint says the same again.
 */
async function adjustLater(
  database: Database,
  vault: Vault,
  steps: readonly EndpointStep[],
  now: EpochMs,
): Promise<void> {
  try {
    await database.transaction(async (transaction) => {
      const endpoints = new EndpointBook(transaction, vault);
      await transaction.rows(settleSql.waitAMoment);
      await transaction.rows(endpointSql.lockSome, endpointIdsOf(steps));
      await adjustEndpoints(transaction, endpoints, steps, now);
    });
  } catch (error) {
    if (!isDatabaseError(error) || error.code !== lockNotAvailable) throw error;
  }
}

function endpointIdsOf(steps: readonly EndpointStep[]): readonly string[] {
  return [...new Set(steps.map(({ endpointId }) => endpointId))];
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
