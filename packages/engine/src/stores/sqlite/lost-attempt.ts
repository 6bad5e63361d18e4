import type { EpochMs } from '../../ports.ts';
import type { Connection } from './connection.ts';

export const lostAttemptSql = {
  insert: `insert into attempt (lane_id, seq, epoch, post, attempt, at, duration_ms, outcome, reason, detail, url,
    request_headers, request_body, fenced, recorded_at)
    values (?, ?, ?, 1, ?, ?, 0, 'retry', 'lost', ?, ?, '{}', '', 0, ?) on conflict do nothing`,
} as const;

/** A lease of which nobody knows the outcome: the POST may or may not have been sent and processed. */
interface LostLease {
  readonly laneId: number;
  readonly sequence: number;
  readonly epoch: number;
  readonly attempt: number;
  readonly claimedAt: EpochMs;
  readonly url: string;
}

export type RecordLost = (lease: LostLease, detail: string, now: EpochMs) => void;

export function createRecordLost(connection: Connection): RecordLost {
  const insert = connection.prepare(lostAttemptSql.insert);
  return (lease, detail, now) => {
    insert.run(
      lease.laneId,
      lease.sequence,
      lease.epoch,
      lease.attempt,
      lease.claimedAt,
      detail,
      lease.url,
      now,
    );
  };
}
