import type { AttemptRecord, RecordedAttempt, RecordedAttempts } from '../../attempt.ts';
import type { NotificationPosition } from '../../notification.ts';
import type { EpochMs } from '../../ports.ts';
import { type AttemptRow, attemptOf } from '../attempt-row.ts';
import { resultOf } from './candidates.ts';
import type { StoreContext } from './context.ts';
import { endpointSql } from './endpoint-book.ts';

export const attemptsSql: Readonly<Record<'recorded' | 'list', string>> = {
  // The index by blocks is next to nothing to keep, for attempts lie in the order of their time.
  recorded: `select a.lane_id as "laneId", a.seq as sequence, a.epoch, a.post, a.attempt, a.at,
      a.duration_ms as "durationMs", a.outcome, a.reason, a.http_status as "httpStatus",
      a.response_state as "responseState", l.endpoint_id as "endpointId", t.customer_id as "customerId",
      t.house_task_id as "houseTaskId", c.house_id as "houseId", c.state, ${resultOf} as result
    from (select * from doorbell.attempt r where r.recorded_at > $1::bigint order by r.recorded_at desc limit $2::int) a
      join doorbell.lane l on l.id = a.lane_id join doorbell.task t on t.id = l.task_id
      join doorbell.change c on c.task_id = l.task_id and c.seq = a.seq
    order by a.recorded_at, a.lane_id, a.seq, a.epoch, a.post`,
  list: 'select * from doorbell.attempt where lane_id = $1 and seq = $2 order by epoch, post',
};

/** As a statement takes it; `toRows` makes text of it. */
export type WrittenAttempt = AttemptRow & { readonly lane_id: number };

export function attemptRow(laneId: number, attempt: AttemptRecord, fenced: boolean): WrittenAttempt {
  return {
    lane_id: laneId,
    seq: attempt.sequence,
    epoch: attempt.epoch,
    post: attempt.post,
    attempt: attempt.attempt,
    at: attempt.at,
    duration_ms: attempt.durationMs,
    outcome: attempt.outcome,
    reason: attempt.reason,
    detail: attempt.detail,
    url: attempt.url,
    sign: attempt.sign,
    sign_key: attempt.key,
    request_headers: JSON.stringify(attempt.requestHeaders),
    request_body: attempt.requestBody,
    http_status: attempt.httpStatus,
    response_state: attempt.responseState,
    response_body: attempt.responseBody,
    remote_address: attempt.remoteAddress,
    timings: attempt.timings,
    fenced,
  };
}

export async function listAttempts(
  { database }: StoreContext,
  { laneId, sequence }: NotificationPosition,
): Promise<readonly AttemptRecord[]> {
  const rows = await database.rows<AttemptRow>(attemptsSql.list, laneId, sequence);
  return rows.map(attemptOf);
}

export async function listRecordedAttempts(
  { database, givenNow }: StoreContext,
  after: EpochMs | null,
  limit: number,
): Promise<RecordedAttempts> {
  // The time is read first: what is recorded meanwhile is found again by the next look.
  const [clock] = await database.rows<{ now: EpochMs }>(endpointSql.now, givenNow());
  const now = clock?.now ?? 0;
  if (after === null) return { attempts: [], now };
  return { attempts: await database.rows<RecordedAttempt>(attemptsSql.recorded, after, limit), now };
}
