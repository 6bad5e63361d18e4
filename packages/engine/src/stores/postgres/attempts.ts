import type { AttemptRecord } from '../../attempt.ts';
import type { NotificationPosition } from '../../notification.ts';
import { type AttemptRow, attemptOf } from '../attempt-row.ts';
import type { StoreContext } from './context.ts';

const attemptsSql = {
  list: 'select * from doorbell.attempt where lane_id = $1 and seq = $2 order by epoch, post',
} as const;

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
