import type {
  NotificationFilter,
  NotificationPosition,
  NotificationResult,
  ResendPosition,
} from '../../notification.ts';
import type { EpochMs, StoreAdmin } from '../../ports.ts';
import { resultOf } from './candidates.ts';
import type { StoreContext } from './context.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Notifications } from './notifications.ts';
import { inTurns } from './read-page.ts';

export const resendSql: Readonly<
  Record<'notification' | 'dropClosed' | 'insertReopened' | 'insertPending' | 'move', string>
> = {
  notification: `select l.id, l.endpoint_id, l.task_id, l.head_seq, l.reopened_seq, l.due_at, l.claimed_seq, l.attempt,
      l.first_try_at, l.parked, c.created_at, c.state, ${resultOf} result
    from lane l join change c on c.task_id = l.task_id and c.seq = ?2 and c.seq >= l.first_seq where l.id = ?1`,
  dropClosed: 'delete from closed where lane_id = ? and seq = ?',
  insertReopened: 'insert into reopened (lane_id, seq) values (?, ?)',
  insertPending: `insert into pending (endpoint_id, created_at, task_id, seq, lane_id, state)
    values (?, ?, ?, ?, ?, ?)`,
  move: `update lane set reopened_seq = ?2, due_at = ?3, attempt = ?4, first_try_at = ?5, parked = ?6 where id = ?1`,
};

interface ResendRow {
  readonly id: number;
  readonly endpoint_id: string;
  readonly task_id: number;
  readonly head_seq: number;
  readonly reopened_seq: number | null;
  readonly due_at: number | null;
  readonly claimed_seq: number | null;
  readonly attempt: number;
  readonly first_try_at: number | null;
  readonly parked: number;
  readonly created_at: number;
  readonly state: number;
  readonly result: NotificationResult;
}

/** So many are reopened in one transaction; deliveries go on in between. */
const reopenedPerTransaction = 200;

export function createResend(
  context: StoreContext,
  notifications: Notifications,
  commits: GroupCommit,
): StoreAdmin['resend'] {
  const reopen = createReopen(context);

  /** What has changed its result since it was found is left alone. */
  const reopenAll = (
    positions: readonly NotificationPosition[],
    result: NotificationResult | undefined,
  ): Promise<number> =>
    commits.write(() => {
      const now = context.now();
      return positions.filter((position) => reopen(position, result, now)).length;
    });

  async function resendMatching(filter: NotificationFilter, limit: number): Promise<number> {
    // What is recorded from now on is not meant, and must not keep this from ending.
    const until = context.now() + 1;
    const meant = { ...filter, to: Math.min(filter.to ?? until, until) };
    let resent = 0;
    let batch: NotificationPosition[] = [];
    for await (const candidate of inTurns(notifications.walk(meant, 'oldest-first'))) {
      const found = notifications.findMatching(candidate, meant);
      if (found === undefined) continue;
      batch.push({ laneId: found.laneId, sequence: found.sequence });
      if (batch.length >= Math.min(reopenedPerTransaction, limit - resent)) {
        resent += await reopenAll(batch, meant.result);
        batch = [];
      }
      if (resent >= limit) return resent;
    }
    return batch.length === 0 ? resent : resent + (await reopenAll(batch, meant.result));
  }

  return async (what, limit) => {
    if (limit <= 0) return { resent: 0 };
    if (isPosition(what)) return { resent: await reopenAll([what], what.onlyIf) };
    return { resent: await resendMatching(what, limit) };
  };
}

function isPosition(what: NotificationFilter | ResendPosition): what is ResendPosition {
  return 'laneId' in what;
}

/** True when the notification will be sent again, or sooner than it would have been. Runs within a transaction. */
export function createReopen(
  context: StoreContext,
): (position: NotificationPosition, result: NotificationResult | undefined, now: EpochMs) => boolean {
  const { connection } = context;
  const findRow = connection.prepare<ResendRow>(resendSql.notification);
  const dropClosed = connection.prepare(resendSql.dropClosed);
  const insertReopened = connection.prepare(resendSql.insertReopened);
  const insertPending = connection.prepare(resendSql.insertPending);
  const move = connection.prepare(resendSql.move);

  function hurry(lane: ResendRow, sequence: number, now: EpochMs): boolean {
    const isCurrent = (lane.reopened_seq ?? lane.head_seq) === sequence;
    if (!isCurrent || lane.claimed_seq !== null || lane.due_at === null || lane.due_at <= now) return false;
    move.run(lane.id, lane.reopened_seq, now, lane.attempt, lane.first_try_at, lane.parked);
    return true;
  }

  return ({ laneId, sequence }, result, now) => {
    const lane = findRow.get(laneId, sequence);
    if (lane === undefined || (result !== undefined && result !== lane.result)) return false;
    if (lane.result === 0) return hurry(lane, sequence, now);

    const isParkedHead = sequence === lane.head_seq;
    dropClosed.run(laneId, sequence);
    if (!isParkedHead) insertReopened.run(laneId, sequence);
    insertPending.run(lane.endpoint_id, lane.created_at, lane.task_id, sequence, laneId, lane.state);

    const parked = isParkedHead ? 0 : lane.parked;
    const reopened = isParkedHead ? lane.reopened_seq : Math.min(lane.reopened_seq ?? sequence, sequence);
    const isNext = (reopened ?? lane.head_seq) === sequence;
    if (isNext && lane.claimed_seq === null) move.run(laneId, reopened, now, 0, null, parked);
    else move.run(laneId, reopened, lane.due_at ?? now, lane.attempt, lane.first_try_at, parked);
    return true;
  };
}
