import type {
  NotificationFilter,
  NotificationPosition,
  NotificationResult,
  ResendPosition,
} from '../../notification.ts';
import type { EpochMs, StoreAdmin } from '../../ports.ts';
import type { Place } from '../cursor.ts';
import { resultOf } from './candidates.ts';
import type { StoreContext } from './context.ts';
import { toRows } from './database.ts';
import { endpointSql } from './endpoint-book.ts';
import type { Notifications } from './notifications.ts';
import type { Transaction } from './transaction.ts';

const resendSql: Readonly<Record<'lock' | 'rows' | 'write', string>> = {
  // In the order in which append locks them, so that the two cannot wait for each other.
  lock: `select l.id from doorbell.lane l join doorbell.task t on t.id = l.task_id where l.id = any($1::bigint[])
    order by t.house_task_id, t.customer_id, l.endpoint_id for update of l`,
  rows: `select l.id, l.endpoint_id, l.task_id, l.head_seq, l.reopened_seq, l.due_at, l.claimed_seq, l.attempt,
      l.first_try_at, l.parked, c.created_at, c.state, c.seq, ${resultOf} as result, doorbell.now_ms($3::bigint) as now
    from unnest($1::bigint[], $2::int[]) with ordinality w (lane_id, seq, ord)
      join doorbell.lane l on l.id = w.lane_id
      join doorbell.change c on c.task_id = l.task_id and c.seq = w.seq and c.seq >= l.first_seq
    order by w.ord`,
  write: `with reopening as materialized (
      select * from json_to_recordset($1::json) as r (lane_id bigint, seq int, is_parked_head boolean, endpoint_id text,
        created_at bigint, task_id bigint, state int)),
    opened as (
      delete from doorbell.closed x using reopening r where (x.lane_id, x.seq) = (r.lane_id, r.seq)),
    back as (
      insert into doorbell.reopened (lane_id, seq)
      select r.lane_id, r.seq from reopening r where not r.is_parked_head),
    waiting as (
      insert into doorbell.pending (endpoint_id, created_at, task_id, seq, lane_id, state)
      select r.endpoint_id, r.created_at, r.task_id, r.seq, r.lane_id, r.state from reopening r)
    update doorbell.lane l set reopened_seq = m.reopened_seq, due_at = m.due_at, attempt = m.attempt,
      first_try_at = m.first_try_at, parked = m.parked
    from json_to_recordset($2::json) as m (id bigint, reopened_seq int, due_at bigint, attempt int, first_try_at bigint,
      parked boolean)
    where l.id = any($3::bigint[]) and l.id = m.id`,
};

interface LaneState {
  readonly id: number;
  readonly head_seq: number;
  readonly claimed_seq: number | null;
  readonly reopened_seq: number | null;
  readonly due_at: number | null;
  readonly attempt: number;
  readonly first_try_at: number | null;
  readonly parked: boolean;
}

interface ResendRow extends LaneState {
  readonly endpoint_id: string;
  readonly task_id: number;
  readonly created_at: number;
  readonly state: number;
  readonly seq: number;
  readonly result: NotificationResult;
  readonly now: EpochMs;
}

/** So many are reopened in one transaction; deliveries go on in between. */
const reopenedPerTransaction = 200;

export function createResend(context: StoreContext, notifications: Notifications): StoreAdmin['resend'] {
  const { database, givenNow } = context;

  function reopenAll(positions: readonly ResendPosition[]): Promise<number> {
    return database.transaction((session) => reopenWithin(session, positions, givenNow()));
  }

  async function resendMatching(filter: NotificationFilter, limit: number): Promise<number> {
    // What is recorded from now on is not meant, and must not keep this from ending.
    const [clock] = await database.rows<{ now: EpochMs }>(endpointSql.now, givenNow());
    const until = (clock?.now ?? 0) + 1;
    const meant = { ...filter, to: Math.min(filter.to ?? until, until) };
    let resent = 0;
    let after: Place | undefined;
    while (resent < limit) {
      const size = Math.min(reopenedPerTransaction, limit - resent);
      const places = await notifications.walk({
        filter: meant,
        direction: 'oldest-first',
        after,
        limit: size,
      });
      if (places.length === 0) break;
      const positions = places.map(({ laneId, sequence }) => ({ laneId, sequence, onlyIf: meant.result }));
      resent += await reopenAll(positions);
      after = places.at(-1);
    }
    return resent;
  }

  return async (what, limit) => {
    if (limit <= 0) return { resent: 0 };
    if ('laneId' in what) return { resent: await reopenAll([what]) };
    return { resent: await resendMatching(what, limit) };
  };
}

/** Returns how many will be sent again, or sooner. What has changed its result since it was found is left alone. */
export async function reopenWithin(
  session: Transaction,
  positions: readonly ResendPosition[],
  givenNow: EpochMs | null,
): Promise<number> {
  const laneIds = positions.map(({ laneId }) => laneId);
  const sequences = positions.map(({ sequence }) => sequence);
  const results = new Map(positions.map((position) => [placeOf(position), position.onlyIf]));
  await session.rows(resendSql.lock, laneIds);
  const rows = await session.rows<ResendRow>(resendSql.rows, laneIds, sequences, givenNow);
  const lanes = new Map<number, LaneState>();
  const reopening: object[] = [];
  let resent = 0;
  for (const row of rows) {
    const onlyIf = results.get(placeOf({ laneId: row.id, sequence: row.seq }));
    if (onlyIf !== undefined && onlyIf !== row.result) continue;
    // An earlier one of this batch may have moved the same lane.
    const lane = lanes.get(row.id) ?? row;
    const moved = row.result === 0 ? hurried(lane, row.seq, row.now) : reopened(lane, row.seq, row.now);
    if (moved === undefined) continue;
    lanes.set(row.id, moved);
    resent += 1;
    if (row.result !== 0) reopening.push(reopeningRow(row, lane));
  }
  const moves = [...lanes.values()];
  const ids = moves.map(({ id }) => id);
  if (resent > 0) await session.rows(resendSql.write, toRows(reopening), toRows(moves), ids);
  return resent;
}

function placeOf({ laneId, sequence }: NotificationPosition): string {
  return `${laneId} ${sequence}`;
}

function reopeningRow(row: ResendRow, lane: LaneState): object {
  const { id, seq, endpoint_id, created_at, task_id, state } = row;
  return { lane_id: id, seq, is_parked_head: seq === lane.head_seq, endpoint_id, created_at, task_id, state };
}

/** A pending head that waits for its retry is tried now. */
function hurried(lane: LaneState, sequence: number, now: EpochMs): LaneState | undefined {
  const isCurrent = (lane.reopened_seq ?? lane.head_seq) === sequence;
  if (!isCurrent || lane.claimed_seq !== null || lane.due_at === null || lane.due_at <= now) return undefined;
  return { ...lane, due_at: now };
}

function reopened(lane: LaneState, sequence: number, now: EpochMs): LaneState {
  const isParkedHead = sequence === lane.head_seq;
  const parked = isParkedHead ? false : lane.parked;
  const first = isParkedHead ? lane.reopened_seq : Math.min(lane.reopened_seq ?? sequence, sequence);
  const isNext = (first ?? lane.head_seq) === sequence;
  if (isNext && lane.claimed_seq === null) {
    return { ...lane, reopened_seq: first, due_at: now, attempt: 0, first_try_at: null, parked };
  }
  return { ...lane, reopened_seq: first, due_at: lane.due_at ?? now, parked };
}
