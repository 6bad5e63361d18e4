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

/** An attempt as a row of values, in the order of the columns: without names it crosses threads in less time. */
export type AttemptValues = readonly [
  sequence: AttemptRecord['sequence'],
  epoch: AttemptRecord['epoch'],
  post: AttemptRecord['post'],
  attempt: AttemptRecord['attempt'],
  at: AttemptRecord['at'],
  durationMs: AttemptRecord['durationMs'],
  outcome: AttemptRecord['outcome'],
  reason: AttemptRecord['reason'],
  detail: AttemptRecord['detail'],
  url: AttemptRecord['url'],
  sign: AttemptRecord['sign'],
  key: AttemptRecord['key'],
  requestHeaders: string,
  requestBody: AttemptRecord['requestBody'],
  httpStatus: AttemptRecord['httpStatus'],
  responseState: AttemptRecord['responseState'],
  responseBody: AttemptRecord['responseBody'],
  remoteAddress: AttemptRecord['remoteAddress'],
  timings: AttemptRecord['timings'],
];

/** All but `fenced`, which the store decides. */
export function attemptValues(attempt: AttemptRecord): AttemptValues {
  return [
    attempt.sequence,
    attempt.epoch,
    attempt.post,
    attempt.attempt,
    attempt.at,
    attempt.durationMs,
    attempt.outcome,
    attempt.reason,
    attempt.detail,
    attempt.url,
    attempt.sign,
    attempt.key,
    JSON.stringify(attempt.requestHeaders),
    attempt.requestBody,
    attempt.httpStatus,
    attempt.responseState,
    attempt.responseBody,
    attempt.remoteAddress,
    attempt.timings,
  ];
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
