import type { AttemptRecord, Outcome } from '../attempt.ts';

/** An attempt as either database gives it. */
export interface AttemptRow {
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
  readonly timings: string | null;
  /** SQLite has no booleans: 0 or 1 there. */
  readonly fenced: boolean | number;
}

export function attemptOf(row: AttemptRow): AttemptRecord {
  return {
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
    timings: row.timings,
    fenced: Boolean(row.fenced),
  };
}
