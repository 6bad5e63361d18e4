import type { NotificationFilter, ResendPosition } from './notification.ts';
import type { EpochMs } from './ports.ts';

/** A resend of all that matched a filter when it was started, done in small parts. */
export interface ResendJob {
  readonly id: string;
  /** Ends at the time of the start: what was recorded later is not meant. */
  readonly filter: NotificationFilter;
  readonly state: 'running' | 'done' | 'stopped';
  /** How many matched at the start; see `countMax` of `countNotifications`. */
  readonly total: number;
  /** How many were looked at so far; some of them may have been sent meanwhile. */
  readonly done: number;
  /** How many of these will be sent again, or sooner. */
  readonly resent: number;
  /** Where it goes on; null at the start. */
  readonly cursor: string | null;
  readonly startedBy: string;
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs | null;
}

export interface ResendJobDraft extends Pick<ResendJob, 'id' | 'filter' | 'total' | 'startedBy'> {
  /** Only while no other of the same `startedBy` runs. */
  readonly alone: boolean;
}

export interface ResendJobStep extends Pick<ResendJob, 'id' | 'done'> {
  /** Where it goes on; null when this part was the last. */
  readonly cursor: string | null;
  /** The part to resend, as listed: a lane's in order. */
  readonly resend: readonly ResendPosition[];
  /** Where it stood before: who finds it elsewhere was overtaken by another process, and must not take it back. */
  readonly from: Pick<ResendJob, 'done' | 'cursor'>;
}
