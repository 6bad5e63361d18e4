import type { AttemptRecord, Outcome } from '../../attempt.ts';
import type { NotificationPosition } from '../../notification.ts';
import type { StoreContext } from './context.ts';

const attemptsSql = {
  list: 'select * from doorbell.attempt where lane_id = $1 and seq = $2 order by epoch, post',
} as const;

/** As a statement takes it; `toRows` makes text of it. */
export type AttemptRow = ListedRow & { readonly lane_id: number };

interface ListedRow {
  readonly seq: number;
  readonly epoch: number;
  readonly post: 1 | 2;
  readonly attempt: number;
  readonly at: number;
  readonly duration_ms: number;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly detail: string;
  readonly url: string;
  readonly sign: string | null;
  readonly sign_key: AttemptRecord['key'];
  readonly request_headers: string;
  readonly request_body: string;
  readonly http_status: number | null;
  readonly response_state: number | null;
  readonly response_body: string | null;
  readonly remote_address: string | null;
  readonly fenced: boolean;
}

export function attemptRow(laneId: number, attempt: AttemptRecord, fenced: boolean): AttemptRow {
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
  const rows = await database.rows<ListedRow>(attemptsSql.list, laneId, sequence);
  return rows.map((row) => ({
    sequence: row.seq,
    epoch: row.epoch,
    post: row.post,
    attempt: row.attempt,
    at: row.at,
    durationMs: row.duration_ms,
    outcome: row.outcome,
    reason: row.reason,
    detail: row.detail,
    url: row.url,
    sign: row.sign,
    key: row.sign_key,
    requestHeaders: JSON.parse(row.request_headers) as Record<string, string>,
    requestBody: row.request_body,
    httpStatus: row.http_status,
    responseState: row.response_state,
    responseBody: row.response_body,
    remoteAddress: row.remote_address,
    fenced: row.fenced,
  }));
}
