import type { TailEvent } from '../src/tail.ts';

/** One attempt that was accepted. */
export function aTailEvent(more: Partial<TailEvent> = {}): TailEvent {
  return {
    at: 0,
    notificationId: 'n1-1',
    customerId: 'acme',
    endpointId: 'acme-main',
    houseTaskId: 'task-1',
    houseId: 'house-1',
    state: 9000,
    sequence: 1,
    attempt: 1,
    outcome: 'accepted',
    reason: 'accepted',
    result: 1,
    httpStatus: 200,
    responseState: 200,
    durationMs: 3,
    ...more,
  };
}
