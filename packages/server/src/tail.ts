import type { AttemptRecord, Change, NotificationResult, Settlement, Step } from '@doorbell/engine';
import { notificationId } from '@doorbell/engine';

/** One attempt as it is seen by those who watch. */
export interface TailEvent {
  readonly at: number;
  readonly notificationId: string;
  readonly customerId: string;
  readonly endpointId: string;
  readonly houseTaskId: string;
  readonly houseId: string;
  readonly state: number;
  readonly sequence: number;
  readonly attempt: number;
  readonly outcome: AttemptRecord['outcome'];
  readonly reason: string;
  /** Of the notification after it; null where only the attempt is known. */
  readonly result: NotificationResult | null;
  readonly httpStatus: number | null;
  readonly responseState: number | null;
  readonly durationMs: number;
}

export interface TailFilter {
  readonly customerId?: string | undefined;
  readonly endpointId?: string | undefined;
  readonly houseTaskId?: string | undefined;
  readonly outcome?: AttemptRecord['outcome'] | undefined;
}

export interface TailListener {
  readonly filter: TailFilter;
  receive(event: TailEvent): void;
}

/** Hands what is settled to everyone who watches; with nobody watching it costs a look at an empty set. */
export class Tail {
  readonly #listeners = new Set<TailListener>();

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  /** Returns what ends it. */
  listen(listener: TailListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  settled(change: Change, settlement: Settlement): void {
    if (!this.isWatched) return;
    for (const attempt of settlement.attempts) {
      this.publish(tailEvent(change, settlement, attempt, resultAfter(settlement.step)));
    }
  }

  publish(event: TailEvent): void {
    for (const listener of this.#listeners) {
      if (fits(event, listener.filter)) listener.receive(event);
    }
  }
}

function tailEvent(
  change: Change,
  { laneId, endpointId, sequence }: Pick<Settlement, 'laneId' | 'endpointId' | 'sequence'>,
  attempt: AttemptRecord,
  result: NotificationResult,
): TailEvent {
  return {
    at: attempt.at,
    notificationId: notificationId({ laneId, sequence }),
    customerId: change.customerId,
    endpointId,
    houseTaskId: change.houseTaskId,
    houseId: change.houseId,
    state: change.state,
    sequence,
    attempt: attempt.attempt,
    outcome: attempt.outcome,
    reason: attempt.reason,
    result,
    httpStatus: attempt.httpStatus,
    responseState: attempt.responseState,
    durationMs: Math.round(attempt.durationMs * 10) / 10,
  };
}

function resultAfter(step: Step): NotificationResult {
  if (step.kind === 'advance') return step.result;
  return step.kind === 'park' ? 3 : 0;
}

function fits(event: TailEvent, { customerId, endpointId, houseTaskId, outcome }: TailFilter): boolean {
  return (
    (customerId === undefined || customerId === event.customerId) &&
    (endpointId === undefined || endpointId === event.endpointId) &&
    (houseTaskId === undefined || houseTaskId === event.houseTaskId) &&
    (outcome === undefined || outcome === event.outcome)
  );
}
