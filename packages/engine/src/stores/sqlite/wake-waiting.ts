import type { EpochMs } from '../../ports.ts';
import type { Connection } from './connection.ts';

export const wakeWaitingSql = {
  wake: 'update lane set due_at = ?2 where endpoint_id = ?1 and due_at > ?2',
} as const;

export type WakeWaiting = (endpointId: string, now: EpochMs) => void;

/**
 * Makes the lanes of an endpoint that wait for a retry due now: it has just come back, or an operator has just mended
 * it, so there is no reason left to wait. The slow start paces what follows.
 */
export function createWakeWaiting(connection: Connection): WakeWaiting {
  const wake = connection.prepare(wakeWaitingSql.wake);
  return (endpointId, now) => wake.run(endpointId, now);
}
