import type { LastAttempt, NotificationResult, Waiting } from '../notification.ts';
import type { EpochMs } from '../ports.ts';
import type { StoredEndpoint } from './endpoint-row.ts';

/** A notification as both stores read it: its lane, its change and its result. */
export interface NotificationRow {
  readonly lane_id: number;
  readonly endpoint_id: string;
  readonly head_seq: number;
  readonly reopened_seq: number | null;
  readonly due_at: number | null;
  readonly lease_until: number;
  readonly claimed_seq: number | null;
  readonly parked: number;
  readonly customer_id: string;
  readonly house_task_id: string;
  readonly seq: number;
  readonly house_id: string;
  readonly package_id: string;
  readonly state: number;
  readonly created_at: number;
  readonly result: NotificationResult;
  readonly closed_at: number | null;
  readonly attempts: number;
}

export interface LastAttemptRow {
  readonly at: number;
  readonly reason: string;
  readonly detail: string;
  readonly http_status: number | null;
  readonly response_state: number | null;
  readonly recorded_at: number;
}

export function lastAttemptOf(row: LastAttemptRow): LastAttempt {
  return {
    at: row.at,
    reason: row.reason,
    detail: row.detail,
    httpStatus: row.http_status,
    responseState: row.response_state,
  };
}

/** The nearest thing that somebody could do something about comes first. */
export function waitingOf(
  row: NotificationRow,
  endpoint: StoredEndpoint,
  now: EpochMs,
  /** What `lease_until` is counted in. */
  leaseNow: EpochMs,
): Waiting {
  const { pause, breaker } = endpoint;
  if (row.claimed_seq === row.seq && row.lease_until > leaseNow) return { for: 'answer' };
  if (pause !== null) {
    return { for: 'endpoint-paused', since: pause.at, reason: pause.reason, detail: pause.detail };
  }
  if (row.parked === 1 && row.seq > row.head_seq) return { for: 'parked-task', sequence: row.head_seq };
  const current = row.reopened_seq ?? row.head_seq;
  if (current !== row.seq) return { for: 'earlier-change', sequence: current };
  const dueAt = row.due_at ?? now;
  if (breaker.openedAt !== null && breaker.probeAt !== null && breaker.probeAt >= dueAt) {
    return { for: 'breaker', since: breaker.openedAt, probeAt: breaker.probeAt };
  }
  return dueAt > now ? { for: 'retry', dueAt } : { for: 'delivery' };
}
