import type { AttemptRecord } from './attempt.ts';
import { deliveryFailedNotice } from './delivery-failed-notice.ts';
import { interpret, type Reading, unread } from './interpret.ts';
import type { Claim, Settlement, Step } from './lane.ts';
import type { Clock, Random, SignedRequest, Transport } from './ports.ts';
import { nextStep } from './retry.ts';
import { type SigningKey, signingKeys, signRequest } from './sign-request.ts';

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
  const { transport, clock } = ports;
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
    const durationMs = clock.monotonicMs() - startedMs;
    attempts.push(attemptRecord(claim, { post, at, durationMs, request, signingKey, reading }));
    // The endpoint may still know only the key before this one: the two sides need no common minute to rotate.
    if (reading.pause !== 'unauthorized') break;
  }

  return settlement(claim, attempts, reading, ports);
}

/**
 * For a claim that could not even be put into a request, which is a fault of ours: tried again like any other, so
 * that one poisonous row ends in a recorded failure and never in a silent loop.
 */
export function undeliverable(claim: Claim, ports: DeliverPorts): Settlement {
  const detail = 'Doorbell could not build the request; its log says why.';
  return settlement(claim, [], { ...unread, outcome: 'retry', reason: 'internal-error', detail }, ports);
}

function settlement(
  claim: Claim,
  attempts: readonly AttemptRecord[],
  reading: Reading | null,
  { clock, random }: DeliverPorts,
): Settlement {
  const { laneId, sequence, epoch } = claim;
  const step: Step = reading === null ? { kind: 'release' } : nextStep(reading, claim, clock.now(), random);
  const notice = reading === null ? null : deliveryFailedNotice(claim, step, reading);
  return { laneId, endpointId: claim.endpoint.id, sequence, epoch, attempts, step, notice };
}

/** Between the end of an attempt and the end of its lease: time to settle. */
const leaseMarginMs = 5_000;

interface Posted {
  readonly post: 1 | 2;
  readonly at: number;
  readonly durationMs: number;
  readonly request: SignedRequest;
  readonly signingKey: SigningKey;
  readonly reading: Reading;
}

export function attemptRecord(
  { sequence, epoch, attempt }: Pick<Claim, 'sequence' | 'epoch' | 'attempt'>,
  { post, at, durationMs, request, signingKey, reading }: Posted,
): AttemptRecord {
  return {
    sequence,
    epoch,
    post,
    attempt,
    at,
    durationMs,
    outcome: reading.outcome,
    reason: reading.reason,
    detail: reading.detail,
    url: request.url,
    sign: request.headers.sign ?? null,
    key: signingKey.slot,
    requestHeaders: request.headers,
    requestBody: request.body,
    httpStatus: reading.httpStatus,
    responseState: reading.responseState,
    responseBody: reading.responseBody,
    remoteAddress: reading.remoteAddress,
    fenced: false,
  };
}
