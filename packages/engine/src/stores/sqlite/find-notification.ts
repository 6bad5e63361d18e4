import type { Notification, NotificationPosition } from '../../notification.ts';
import { type LastAttemptRow, lastAttemptOf, type NotificationRow, waitingOf } from '../notification-row.ts';
import { resultOf } from './candidates.ts';
import type { StoreContext } from './context.ts';

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
      waiting:
        isPending && endpoint !== undefined
          ? waitingOf(row, endpoint, context.now(), context.leaseNow())
          : null,
    };
  };
}
