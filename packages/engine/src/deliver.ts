import { type AttemptRecord, attemptRecord } from './attempt.ts';
import { deliveryFailedNotice } from './delivery-failed-notice.ts';
import { interpret, type Reading, unread } from './interpret.ts';
import type { Claim, Settlement } from './lane.ts';
import type { Clock, Random, Transport } from './ports.ts';
import { nextStep } from './retry.ts';
import { signingKeys, signRequest } from './sign-request.ts';

export interface DeliverPorts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Runs one claim to its end: sign, post, interpret, and say where the lane goes. Never throws for anything that
 * an endpoint or a network can do. Nothing is sent that could not end before the lease does.
 */
export async function deliver(
  claim: Claim,
  leaseEndsMonotonicMs: number,
  ports: DeliverPorts,
  signal: AbortSignal,
): Promise<Settlement> {
  const { transport, clock, random } = ports;
  const lastStartMs = leaseEndsMonotonicMs - claim.endpoint.totalTimeoutMs - leaseMarginMs;
  const attempts: AttemptRecord[] = [];
  let reading: Reading | null = null;

  for (const signingKey of signingKeys(claim.endpoint, clock.now())) {
    if (clock.monotonicMs() > lastStartMs) break;
    const at = clock.now();
    const startedMs = clock.monotonicMs();

    const request = signRequest(claim.endpoint, claim.change, claim.attempt, signingKey, at);
    const reply = await transport.post(request, signal);
    reading = interpret(reply);

    const post = attempts.length === 0 ? 1 : 2;
    const durationMs = Math.round(clock.monotonicMs() - startedMs);
    const timings = reply.timings ?? null;
    attempts.push(attemptRecord(claim, { post, at, durationMs, request, signingKey, reading, timings }));
    // The endpoint may still know only the key before this one: the two sides need no common minute to rotate.
    if (reading.pause !== 'unauthorized') break;
  }

  if (reading === null) return released(claim);
  const step = nextStep(reading, claim, clock.now(), random);
  return { ...positionOf(claim), attempts, step, notice: deliveryFailedNotice(claim, step, reading) };
}

/**
 * For a claim that could not even be put into a request, which is a fault of ours: tried again like any other, so
 * that one poisonous row ends in a recorded failure and never in a silent loop.
 */
export function undeliverable(claim: Claim, { clock, random }: DeliverPorts): Settlement {
  const detail = 'Doorbell could not build the request; its log says why.';
  const reading: Reading = { ...unread, outcome: 'retry', reason: 'internal-error', detail };
  const step = nextStep(reading, claim, clock.now(), random);
  return { ...positionOf(claim), attempts: [], step, notice: null };
}

/** For a claim of which nothing was sent: the try does not count. */
export function released(claim: Claim): Settlement {
  return { ...positionOf(claim), attempts: [], step: { kind: 'release' }, notice: null };
}

function positionOf(claim: Claim): Pick<Settlement, 'laneId' | 'endpointId' | 'sequence' | 'epoch'> {
  const { laneId, sequence, epoch, endpoint } = claim;
  return { laneId, endpointId: endpoint.id, sequence, epoch };
}

/** Between the end of an attempt and the end of its lease: time to settle. */
const leaseMarginMs = 5_000;
