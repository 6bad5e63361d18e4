import type {
  LastAttempt,
  Notification,
  NotificationPosition,
  NotificationResult,
  Waiting,
} from '../../notification.ts';
import type { EpochMs } from '../../ports.ts';
import { resultOf } from './candidates.ts';
import type { StoreContext } from './context.ts';
import type { StoredEndpoint } from './endpoint-book.ts';

export const findNotificationSql: Readonly<Record<'notification' | 'lastAttempt', string>> = {
  notification: `select l.id lane_id, l.endpoint_id, l.head_seq, l.reopened_seq, l.due_at, l.lease_until,
      l.claimed_seq, l.parked, t.customer_id, t.house_task_id, c.seq, c.house_id, c.package_id, c.state,
      c.created_at, ${resultOf} result,
      (select x.closed_at from closed x where x.lane_id = l.id and x.seq = c.seq) closed_at,
      (select count(*) from attempt a where a.lane_id = l.id and a.seq = c.seq) attempts
    from lane l join task t on t.id = l.task_id
      join change c on c.task_id = l.task_id and c.seq = ?2 and c.seq >= l.first_seq
    where l.id = ?1`,
  lastAttempt: `select at, reason, detail, http_status, response_state, recorded_at from attempt
    where lane_id = ? and seq = ? order by epoch desc, post desc limit 1`,
};

interface NotificationRow {
  readonly lane_id: number;
  readonly endpoint_id: string;
  readonly head_seq: number;
  readonly reopened_seq: number | null;
  readonly due_at: number | null;
  readonly lease_until: number;
  readonly claimed_seq: number | null;
  readonly parked: number;
  readonly customer_id: string;
  readonly house_task_id: string;
  readonly seq: number;
  readonly house_id: string;
  readonly package_id: string;
  readonly state: number;
  readonly created_at: number;
  readonly result: NotificationResult;
  readonly closed_at: number | null;
  readonly attempts: number;
}

interface LastAttemptRow {
  readonly at: number;
  readonly reason: string;
  readonly detail: string;
  readonly http_status: number | null;
  readonly response_state: number | null;
  readonly recorded_at: number;
}

export function createFindNotification(
  context: StoreContext,
): (position: NotificationPosition) => Notification | undefined {
  const { connection, endpoints } = context;
  const findRow = connection.prepare<NotificationRow>(findNotificationSql.notification);
  const findLastAttempt = connection.prepare<LastAttemptRow>(findNotificationSql.lastAttempt);

  return ({ laneId, sequence }) => {
    const row = findRow.get(laneId, sequence);
    if (row === undefined) return undefined;
    const last = row.attempts === 0 ? undefined : findLastAttempt.get(laneId, sequence);
    const endpoint = endpoints.find(row.endpoint_id);
    const isPending = row.result === 0;
    return {
      laneId: row.lane_id,
      sequence: row.seq,
      customerId: row.customer_id,
      endpointId: row.endpoint_id,
      houseTaskId: row.house_task_id,
      houseId: row.house_id,
      packageId: row.package_id,
      state: row.state,
      result: row.result,
      createdAt: row.created_at,
      settledAt: isPending ? null : (row.closed_at ?? last?.recorded_at ?? null),
      attempts: row.attempts,
      lastAttempt: last === undefined ? null : lastAttemptOf(last),
      waiting: isPending && endpoint !== undefined ? waitingOf(row, endpoint, context.now()) : null,
    };
  };
}

function lastAttemptOf(row: LastAttemptRow): LastAttempt {
  return {
    at: row.at,
    reason: row.reason,
    detail: row.detail,
    httpStatus: row.http_status,
    responseState: row.response_state,
  };
}

/** The nearest thing that somebody could do something about comes first. */
function waitingOf(row: NotificationRow, endpoint: StoredEndpoint, now: EpochMs): Waiting {
  const { pause, breaker } = endpoint;
  if (row.claimed_seq === row.seq && row.lease_until > now) return { for: 'answer' };
  if (pause !== null) {
    return { for: 'endpoint-paused', since: pause.at, reason: pause.reason, detail: pause.detail };
  }
  if (row.parked === 1 && row.seq > row.head_seq) return { for: 'parked-task', sequence: row.head_seq };
  const current = row.reopened_seq ?? row.head_seq;
  if (current !== row.seq) return { for: 'earlier-change', sequence: current };
  const dueAt = row.due_at ?? now;
  if (breaker.openedAt !== null && breaker.probeAt !== null && breaker.probeAt >= dueAt) {
    return { for: 'breaker', since: breaker.openedAt, probeAt: breaker.probeAt };
  }
  return dueAt > now ? { for: 'retry', dueAt } : { for: 'delivery' };
}
