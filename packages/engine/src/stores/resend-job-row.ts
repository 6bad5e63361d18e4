import type { NotificationFilter } from '../notification.ts';
import type { ResendJob } from '../resend-job.ts';

/** A job as either database gives it. */
export interface ResendJobRow {
  readonly id: string;
  readonly filter: string;
  readonly state: ResendJob['state'];
  readonly total: number;
  readonly done: number;
  readonly resent: number;
  readonly cursor: string | null;
  readonly started_by: string;
  readonly started_at: number;
  readonly ended_at: number | null;
}

export function resendJobOf(row: ResendJobRow): ResendJob {
  const { id, state, total, done, resent, cursor } = row;
  const filter = JSON.parse(row.filter) as NotificationFilter;
  const times = { startedBy: row.started_by, startedAt: row.started_at, endedAt: row.ended_at };
  return { id, filter, state, total, done, resent, cursor, ...times };
}
