import type { EpochMs } from '../../ports.ts';
import type { Connection } from './connection.ts';

export const unsentAttemptSql = {
  insert: `insert into attempt (lane_id, seq, epoch, post, attempt, at, duration_ms, outcome, reason, detail, url,
    request_headers, request_body, fenced, recorded_at)
    values (?, ?, ?, 1, ?, ?, 0, 'retry', ?, ?, ?, '{}', '', 0, ?) on conflict do nothing`,
} as const;

/** A claim that no settlement told about. */
interface UnsentAttempt {
  readonly laneId: number;
  readonly sequence: number;
  readonly epoch: number;
  readonly attempt: number;
  readonly claimedAt: EpochMs;
  readonly url: string;
}

/** lost: whether the POST was sent and processed is unknown. internal-error: it was not sent. */
interface WhyUnsent {
  readonly reason: 'lost' | 'internal-error';
  readonly detail: string;
}

export type RecordUnsent = (attempt: UnsentAttempt, why: WhyUnsent, now: EpochMs) => void;

export function createRecordUnsent(connection: Connection): RecordUnsent {
  const insert = connection.prepare(unsentAttemptSql.insert);
  return ({ laneId, sequence, epoch, attempt, claimedAt, url }, { reason, detail }, now) => {
    insert.run(laneId, sequence, epoch, attempt, claimedAt, reason, detail, url, now);
  };
}
