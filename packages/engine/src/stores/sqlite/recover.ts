import type { EpochMs } from '../../ports.ts';
import { type Connection, isSqliteError } from './connection.ts';
import { createRecordUnsent } from './unsent-attempt.ts';

export const recoverSql = {
  // Leased lanes are among the due ones, and those are few unless an endpoint is down.
  leased: `select l.id, l.claimed_seq, l.claimed_at, l.epoch, l.attempt, e.url
    from lane l indexed by lane_due join endpoint e on e.id = l.endpoint_id
    where l.due_at is not null and l.lease_until > 0`,
  // The tries belong to what was leased: a change that was reopened meanwhile starts afresh.
  clearLane: `update lane set lease_until = 0, claimed_seq = null, claimed_at = null,
      attempt = case when claimed_seq = coalesce(reopened_seq, head_seq) then attempt else 0 end,
      first_try_at = case when claimed_seq = coalesce(reopened_seq, head_seq) then first_try_at end
    where id = ?`,
  clearNotices: 'update notice set lease_until = 0 where due_at is not null and lease_until > 0',
} as const;

interface LeasedRow {
  readonly id: number;
  readonly claimed_seq: number;
  readonly claimed_at: number;
  readonly epoch: number;
  readonly attempt: number;
  readonly url: string;
}

/** The owner is new, so whoever held a lease is gone: what it did is unknown, and its work is due again. */
export function recover(connection: Connection, now: EpochMs): void {
  const leased = connection.prepare<LeasedRow>(recoverSql.leased).all();
  const clearLane = connection.prepare(recoverSql.clearLane);
  const recordUnsent = createRecordUnsent(connection);
  connection.exec('begin immediate');
  for (const lane of leased) {
    const lease = {
      laneId: lane.id,
      sequence: lane.claimed_seq,
      epoch: lane.epoch,
      attempt: lane.attempt,
      claimedAt: lane.claimed_at,
      url: lane.url,
    };
    recordUnsent(lease, { reason: 'lost', detail: 'The process ended before an outcome was recorded.' }, now);
    clearLane.run(lane.id);
  }
  connection.prepare(recoverSql.clearNotices).run();
  connection.exec('commit');
}

/** Thrown when pages of the file contradict each other. */
export class DamagedDatabase extends Error {
  constructor(finding: string) {
    super(
      `The database is damaged (${finding.replace(/\s+/g, ' ')}). Restore it from a backup; do not go on writing to it.`,
    );
    this.name = 'DamagedDatabase';
  }
}

/** About 0.1 s of reading; a larger file would make every start wait, so its pages are checked as they are read. */
const checkedBytesMax = 32 * 1024 * 1024;

export function checkPages(connection: Connection): void {
  const size = connection.prepare<{ bytes: number }>(
    'select page_count * page_size bytes from pragma_page_count, pragma_page_size',
  );
  if ((size.get()?.bytes ?? 0) > checkedBytesMax) return;
  const finding = quickCheck(connection);
  if (finding !== 'ok') throw new DamagedDatabase(finding);
}

function quickCheck(connection: Connection): string {
  try {
    const check = connection.prepare<{ quick_check: string }>('pragma quick_check(1)');
    return check.get()?.quick_check ?? 'no answer';
  } catch (error) {
    if (error instanceof Error && isSqliteError(error, 'corrupt')) return error.message;
    throw error;
  }
}
