import type { EpochMs } from './ports.ts';

/**
 * 0 pending, 1 delivered, 2 refused, 3 failed are the contract's NotifyResult; 4 superseded is Doorbell's own:
 * not accepted before a newer change of the task overtook it, and not tried any more (policy `coalesce: latest`).
 */
export type NotificationResult = 0 | 1 | 2 | 3 | 4;

/** One change on one lane. */
export interface NotificationPosition {
  readonly laneId: number;
  readonly sequence: number;
}

/** What is to be resent; with `onlyIf`, it is left alone when its result is another by now. */
export interface ResendPosition extends NotificationPosition {
  readonly onlyIf?: NotificationResult | undefined;
}

/** One change for one endpoint: what a person looks up. */
export interface Notification extends NotificationPosition {
  readonly customerId: string;
  readonly endpointId: string;
  readonly houseTaskId: string;
  readonly houseId: string;
  readonly packageId: string;
  readonly state: number;
  readonly result: NotificationResult;
  readonly createdAt: EpochMs;
  /** When the result was recorded; null while pending. */
  readonly settledAt: EpochMs | null;
  /** Number of attempts on record. */
  readonly attempts: number;
  readonly lastAttempt: LastAttempt | null;
  readonly waiting: Waiting | null;
}

export interface LastAttempt {
  readonly at: EpochMs;
  readonly reason: string;
  readonly detail: string;
  readonly httpStatus: number | null;
  readonly responseState: number | null;
}

/** Why a pending notification is not delivered yet. */
export type Waiting =
  | { readonly for: 'delivery' }
  | { readonly for: 'answer' }
  | { readonly for: 'retry'; readonly dueAt: EpochMs }
  | { readonly for: 'earlier-change'; readonly sequence: number }
  | { readonly for: 'parked-task'; readonly sequence: number }
  | {
      readonly for: 'endpoint-paused';
      readonly since: EpochMs;
      readonly reason: string;
      readonly detail: string;
    }
  | { readonly for: 'breaker'; readonly since: EpochMs; readonly probeAt: EpochMs };

export interface NotificationFilter {
  readonly customerId?: string | undefined;
  readonly endpointId?: string | undefined;
  readonly houseTaskId?: string | undefined;
  readonly houseId?: string | undefined;
  readonly result?: NotificationResult | undefined;
  readonly state?: number | undefined;
  /** By the change's time of recording: from inclusive, to exclusive. */
  readonly from?: EpochMs | undefined;
  readonly to?: EpochMs | undefined;
}

export type ListOrder = 'newest-first' | 'oldest-first';

export interface PageRequest {
  readonly limit: number;
  /** By the time of recording; newest first when left out. */
  readonly order?: ListOrder | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  /** May be fewer than the limit, or none, also when there is more: a page reads only so much that does not match. */
  readonly items: readonly T[];
  /** null when there is nothing more. */
  readonly next: string | null;
}

export interface Resent {
  readonly resent: number;
}

/** How far the claimable notifications of one endpoint are counted: more says no more, and takes longer. */
export const claimableMax = 10_000;

/** How far the pending notifications of one endpoint are counted when they are asked for by themselves. */
export const pendingOfMax = 100_000;

export interface Backlog {
  /** When this was read, on the clock that the other times are of. */
  readonly at: EpochMs;
  /** Notifications not yet settled; counted up to `pendingOfMax` for each endpoint when endpoints were named. */
  readonly pending: number;
  /** Recording time of the oldest pending change; null when nothing is pending. */
  readonly oldestPendingAt: EpochMs | null;
  /** Since when the oldest lane that could be delivered now is due; null when there is none. */
  readonly oldestClaimableAt: EpochMs | null;
  /**
   * Notifications that could be sent now: due, not in flight, their endpoint neither paused nor out of reach; counted
   * up to `claimableMax` for each endpoint.
   */
  readonly claimable: number;
  readonly endpointsPaused: number;
  readonly breakersOpen: number;
  readonly lanesParked: number;
}

/** The id that the API shows, `n<lane>-<sequence>`. */
export function notificationId({ laneId, sequence }: NotificationPosition): string {
  return `n${laneId}-${sequence}`;
}

export function parseNotificationId(id: string): NotificationPosition | undefined {
  const match = /^n([1-9]\d{0,14})-([1-9]\d{0,8})$/.exec(id);
  return match ? { laneId: Number(match[1]), sequence: Number(match[2]) } : undefined;
}

/** Thrown by lists for a cursor that is not the `next` of an earlier page. */
export class InvalidCursor extends Error {
  constructor() {
    super('This cursor is not the `next` of an earlier page.');
    this.name = 'InvalidCursor';
  }
}
