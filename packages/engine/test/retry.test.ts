import { describe, expect, it } from 'vitest';
import { interpret, nextStep, type Reading, retryAfterMs, retryDelaysMs } from '../src/index.ts';
import { seededRandom } from '../src/testing/index.ts';
import { aClaim, anEndpoint } from './a-claim.ts';

const timedOut = {
  kind: 'failure',
  reason: 'timeout',
  detail: '',
  uncertain: true,
  remoteAddress: null,
} as const;
const failed: Reading = interpret(timedOut);
const middle = () => 0.5;
const hourMs = 3_600_000;

describe('the next step', () => {
  it('waits 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, 4 h, then every 8 h', () => {
    const delays = Array.from({ length: 11 }, (_, index) => {
      const step = nextStep(failed, aClaim({ attempt: index + 1 }), 1, middle);
      return step.kind === 'retry' ? step.delayMs / 1_000 : step.kind;
    });
    expect(delays).toEqual([5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800, 28_800]);
  });

  it('spreads each delay over 20 % to both sides', () => {
    const random = seededRandom(1);
    const delays = Array.from({ length: 2_000 }, () => nextStep(failed, aClaim(), 1, random)).map((step) =>
      step.kind === 'retry' ? step.delayMs : Number.NaN,
    );
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(4_000);
    expect(Math.min(...delays)).toBeLessThan(4_050);
    expect(Math.max(...delays)).toBeLessThanOrEqual(6_000);
    expect(Math.max(...delays)).toBeGreaterThan(5_950);
  });

  it('tries a last time on the horizon and then gives up', () => {
    const horizonMs = anEndpoint.retryHorizonMs;
    expect(nextStep(failed, aClaim({ attempt: 20 }), horizonMs - hourMs, middle)).toEqual({
      kind: 'retry',
      delayMs: hourMs,
    });
    expect(nextStep(failed, aClaim({ attempt: 21 }), horizonMs, middle)).toEqual({
      kind: 'advance',
      result: 3,
    });
  });

  it('parks the lane instead of going on where the endpoint asks for that', () => {
    const endpoint = { ...anEndpoint, onGiveUp: 'park' as const };
    expect(nextStep(failed, aClaim({ endpoint }), endpoint.retryHorizonMs, middle)).toEqual({ kind: 'park' });
  });

  it('does not count time in which the endpoint was paused or its breaker open', () => {
    const claim = aClaim({ attempt: 9, heldMs: 100 * hourMs });
    expect(nextStep(failed, claim, 150 * hourMs, middle).kind).toBe('retry');
    expect(nextStep(failed, claim, 172 * hourMs, middle)).toEqual({ kind: 'advance', result: 3 });
  });

  it('adds up to 72 hours of tries for an endpoint that never answers', () => {
    let now = 0;
    let tries = 0;
    for (let attempt = 1; ; attempt += 1) {
      tries += 1;
      const step = nextStep(failed, aClaim({ attempt }), now, middle);
      if (step.kind !== 'retry') break;
      now += step.delayMs;
    }
    expect(now).toBe(72 * hourMs);
    expect(tries).toBe(18);
    expect(retryDelaysMs).toHaveLength(9);
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 0);
  it.each([
    ['120', 120_000],
    ['0', 1_000],
    ['1', 1_000],
    ['86400', hourMs],
    ['9999999999', hourMs],
    ['Thu, 01 Jan 2026 12:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2026 11:00:00 GMT', 1_000],
    ['Fri, 01 Jan 2036 12:00:00 GMT', hourMs],
    ['soon', null],
    ['-5', null],
    ['1.5', null],
    ['2026-01-01', null],
    ['', null],
  ])('%j is %j ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });

  it('replaces the scheduled delay, without jitter', () => {
    const step = nextStep({ ...failed, retryAfter: '120' }, aClaim(), 1, middle);
    expect(step).toEqual({ kind: 'retry', delayMs: 120_000 });
  });
});
