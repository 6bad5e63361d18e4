import type { AttemptRecord, RecordedAttempt, RecordedAttempts } from '../../attempt.ts';
import type { NotificationPosition } from '../../notification.ts';
import type { EpochMs } from '../../ports.ts';
import { type AttemptRow, attemptOf, attemptValues } from '../attempt-row.ts';
import { resultOf } from './candidates.ts';
import type { Connection } from './connection.ts';
import type { StoreContext } from './context.ts';

export const attemptsSql: Readonly<Record<'record' | 'recorded' | 'list', string>> = {
  // What really happened replaces the record of a lost lease when it is told after all.
  record: `insert into attempt (lane_id, seq, epoch, post, attempt, at, duration_ms, outcome, reason, detail, url, sign,
      sign_key, request_headers, request_body, http_status, response_state, response_body, remote_address, timings, fenced,
      recorded_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (lane_id, seq, epoch, post) do update set attempt = excluded.attempt, at = excluded.at,
      duration_ms = excluded.duration_ms, outcome = excluded.outcome, reason = excluded.reason,
      detail = excluded.detail, url = excluded.url, sign = excluded.sign, sign_key = excluded.sign_key,
      request_headers = excluded.request_headers, request_body = excluded.request_body,
      http_status = excluded.http_status, response_state = excluded.response_state,
      response_body = excluded.response_body, remote_address = excluded.remote_address, timings = excluded.timings,
      fenced = excluded.fenced, recorded_at = excluded.recorded_at
    where attempt.reason = 'lost'`,
  // In the order of recording, without an index to keep.
  recorded: `select a.lane_id laneId, a.seq sequence, a.epoch, a.post, a.attempt, a.at, a.duration_ms durationMs, a.outcome,
      a.reason, a.http_status httpStatus, a.response_state responseState, a.recorded_at recordedAt,
      l.endpoint_id endpointId, t.customer_id customerId, t.house_task_id houseTaskId, c.house_id houseId, c.state,
      ${resultOf} result
    from attempt a join lane l on l.id = a.lane_id join task t on t.id = l.task_id
      join change c on c.task_id = l.task_id and c.seq = a.seq
    where a.rowid > (select max(rowid) from attempt) - ? order by a.rowid`,
  list: 'select * from attempt where lane_id = ? and seq = ? order by epoch, post',
};

export type RecordAttempt = (laneId: number, attempt: AttemptRecord, fenced: boolean, now: EpochMs) => void;

export function createRecordAttempt(connection: Connection): RecordAttempt {
  const record = connection.prepare(attemptsSql.record);
  return (laneId, attempt, fenced, now) => {
    record.run(laneId, ...attemptValues(attempt), fenced ? 1 : 0, now);
  };
}

export function createListAttempts(
  context: StoreContext,
): (position: NotificationPosition) => readonly AttemptRecord[] {
  const list = context.connection.prepare<AttemptRow>(attemptsSql.list);
  return ({ laneId, sequence }) => list.all(laneId, sequence).map(attemptOf);
}

export function createListRecordedAttempts({
  connection,
  now,
}: StoreContext): (after: EpochMs | null, limit: number) => RecordedAttempts {
  const list = connection.prepare<RecordedAttempt & { recordedAt: EpochMs }>(attemptsSql.recorded);
  return (after, limit) => {
    if (after === null) return { attempts: [], now: now() };
    const rows = list.all(limit).filter(({ recordedAt }) => recordedAt > after);
    return { attempts: rows.map(({ recordedAt: _, ...attempt }) => attempt), now: now() };
  };
}
