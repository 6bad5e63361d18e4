import type { EpochMs } from './ports.ts';

/**
 * Per endpoint. closed -> open after 10 consecutive failures; while open one probe every 30 s; a probe that
 * succeeds closes it into a slow start, where each success allows one more request in flight.
 */
export interface BreakerState {
  readonly failures: number;
  /** null when closed. */
  readonly openedAt: EpochMs | null;
  /** When the next probe may be sent; null when closed. */
  readonly probeAt: EpochMs | null;
  /** In-flight limit during the slow start; null when over. */
  readonly ramp: number | null;
}

export const breakerClosed: BreakerState = { failures: 0, openedAt: null, probeAt: null, ramp: null };

const failuresToOpen = 10;
export const probeEveryMs = 30_000;

export function afterFailure(breaker: BreakerState, now: EpochMs): BreakerState {
  const failures = breaker.failures + 1;
  if (breaker.openedAt !== null) return { ...breaker, failures, probeAt: now + probeEveryMs };
  if (failures < failuresToOpen) return { ...breaker, failures };
  return { failures, openedAt: now, probeAt: now + probeEveryMs, ramp: null };
}

export function afterSuccess(breaker: BreakerState, inFlightMax: number): BreakerState {
  if (breaker.openedAt !== null) return { ...breakerClosed, ramp: rampUp(1, inFlightMax) };
  if (breaker.ramp !== null) return { ...breakerClosed, ramp: rampUp(breaker.ramp, inFlightMax) };
  return breaker.failures === 0 ? breaker : breakerClosed;
}

function rampUp(ramp: number, inFlightMax: number): number | null {
  return ramp + 1 >= inFlightMax ? null : ramp + 1;
}

/** The probe is being sent: the next one waits its turn even if this one's worker dies. */
export function afterProbe(breaker: BreakerState, now: EpochMs): BreakerState {
  return { ...breaker, probeAt: now + probeEveryMs };
}

/** How many requests may be in flight now. */
export function inFlightAllowed(breaker: BreakerState, inFlightMax: number, now: EpochMs): number {
  if (breaker.openedAt !== null) return breaker.probeAt !== null && breaker.probeAt <= now ? 1 : 0;
  return Math.min(inFlightMax, breaker.ramp ?? inFlightMax);
}

/** How many may be claimed at once: of an endpoint that is well as many ahead as may be in flight, see `HeldClaims`. */
export function claimsAllowed(breaker: BreakerState, inFlightMax: number, now: EpochMs): number {
  const isWell = breaker.openedAt === null && breaker.ramp === null;
  return isWell ? 2 * inFlightMax : inFlightAllowed(breaker, inFlightMax, now);
}
