import { describe, expect, it } from 'vitest';
import {
  afterFailure,
  afterProbe,
  afterSuccess,
  type BreakerState,
  breakerClosed,
  inFlightAllowed,
} from '../src/index.ts';

function fail(breaker: BreakerState, times: number, now = 0): BreakerState {
  return Array.from({ length: times }).reduce<BreakerState>((state) => afterFailure(state, now), breaker);
}

describe('the breaker', () => {
  it('stays closed for 9 failures in a row and opens with the 10th', () => {
    expect(inFlightAllowed(fail(breakerClosed, 9), 32, 0)).toBe(32);
    const open = fail(breakerClosed, 10, 5_000);
    expect(open).toEqual({ failures: 10, openedAt: 5_000, probeAt: 35_000, ramp: null });
    expect(inFlightAllowed(open, 32, 5_000)).toBe(0);
  });

  it('forgets failures at the first success', () => {
    const almost = afterSuccess(fail(breakerClosed, 9), 32);
    expect(almost).toEqual(breakerClosed);
    expect(fail(almost, 9).openedAt).toBeNull();
  });

  it('allows one probe every 30 s while open, and no second one while the first is out', () => {
    const open = fail(breakerClosed, 10);
    expect(inFlightAllowed(open, 32, 29_999)).toBe(0);
    expect(inFlightAllowed(open, 32, 30_000)).toBe(1);
    expect(inFlightAllowed(afterProbe(open, 30_000), 32, 30_000)).toBe(0);
    expect(inFlightAllowed(afterProbe(open, 30_000), 32, 60_000)).toBe(1);
  });

  it('keeps the time of opening while probes fail', () => {
    const open = fail(breakerClosed, 10, 1_000);
    expect(afterFailure(open, 31_000)).toMatchObject({ openedAt: 1_000, probeAt: 61_000 });
  });

  it('closes with a successful probe into a slow start of one more request for each success', () => {
    let breaker = afterSuccess(fail(breakerClosed, 10), 5);
    const allowed = [inFlightAllowed(breaker, 5, 0)];
    for (let success = 0; success < 3; success += 1) {
      breaker = afterSuccess(breaker, 5);
      allowed.push(inFlightAllowed(breaker, 5, 0));
    }
    expect(allowed).toEqual([2, 3, 4, 5]);
    expect(breaker).toEqual(breakerClosed);
  });

  it('opens again after 10 failures of a slow start', () => {
    const slow = afterSuccess(fail(breakerClosed, 10), 32);
    expect(fail(slow, 9).openedAt).toBeNull();
    expect(fail(slow, 10, 7).openedAt).toBe(7);
  });

  it('leaves a healthy endpoint untouched, so that a success writes nothing', () => {
    expect(afterSuccess(breakerClosed, 32)).toBe(breakerClosed);
  });
});
