import type { AttemptRecord } from './attempt.ts';
import type { Change } from './change.ts';
import { type DeliverPorts, deliver } from './deliver.ts';
import type { Endpoint } from './endpoint.ts';

/** Recognisable by its ids; state 50000 because that is what customers act on. */
const sample: Omit<Change, 'customerId' | 'createdAt'> = {
  houseTaskId: 'doorbell-test',
  houseId: 'doorbell-test-house',
  packageId: 'doorbell-test-package',
  userId: 'doorbell-test-user',
  userName: 'Doorbell test',
  state: 50000,
  extra: {},
  eventId: null,
  sequence: 1,
  transition: 'first',
};

/** Sends one signed sample as a delivery would be sent, and records nothing. */
export async function deliverTest(
  endpoint: Endpoint,
  ports: DeliverPorts,
  signal: AbortSignal,
): Promise<readonly AttemptRecord[]> {
  const now = ports.clock.now();
  const change: Change = { ...sample, customerId: endpoint.customerId, createdAt: now };
  const claim = {
    laneId: 0,
    sequence: 1,
    epoch: 1,
    attempt: 1,
    isResend: false,
    firstTryAt: now,
    heldMs: 0,
    endpoint,
    change,
  };
  const settlement = await deliver(claim, Number.POSITIVE_INFINITY, ports, signal);
  return settlement.attempts;
}
