import { expect, it } from 'vitest';
import type { Claim, Settlement, Step } from '../src/lane.ts';
import { addCounts, latencyBoundsMs, latencyStep, minuteMs, noCounts, percentileMs } from '../src/rollup.ts';
import { RollupTally } from '../src/rollup-tally.ts';
import { aClaim } from './a-claim.ts';

function latencyOf(...timesMs: readonly number[]): readonly number[] {
  const latency = [...noCounts.latency];
  for (const timeMs of timesMs) {
    const step = latencyStep(timeMs);
    latency[step] = (latency[step] ?? 0) + 1;
  }
  return latency;
}

function settle(tally: RollupTally, step: Step, now: number, tookMs = 7, of: Partial<Claim> = {}): void {
  const claim = aClaim(of);
  const attempt = { at: claim.change.createdAt, durationMs: tookMs } as Settlement['attempts'][number];
  const settlement = {
    laneId: 1,
    endpointId: 'e1',
    sequence: 1,
    epoch: 1,
    attempts: [attempt],
    step,
    notice: null,
  };
  tally.settled(claim, settlement, 'applied', now);
}

it('a percentile lies within the step that holds it', () => {
  expect(percentileMs(noCounts.latency, 0.5)).toBeNull();
  expect(percentileMs(latencyOf(7), 0.5)).toBe(7.5);
  expect(percentileMs(latencyOf(7), 1)).toBe(10);
  const hundred = latencyOf(...Array.from({ length: 98 }, () => 1), 450, 900);
  expect(percentileMs(hundred, 0.5)).toBeLessThanOrEqual(2);
  expect(percentileMs(hundred, 0.99)).toBe(500);
  expect(percentileMs(hundred, 0.995)).toBeGreaterThan(750);
});

it('what took longer than every step, or no time at all, is counted all the same', () => {
  const longest = latencyBoundsMs.at(-1) ?? 0;
  expect(percentileMs(latencyOf(longest * 2), 0.5)).toBe(longest);
  // Two machines may disagree about the time.
  expect(percentileMs(latencyOf(-20), 1)).toBe(2);
});

it('percentiles of two workers together are those of all that both delivered', () => {
  const one = { ...noCounts, latency: latencyOf(1, 30, 400) };
  const other = { ...noCounts, latency: latencyOf(8, 2_500) };
  expect(addCounts(one, other).latency).toEqual(latencyOf(1, 8, 30, 400, 2_500));
});

it('counts what settles by minute, and hands it over once', () => {
  const tally = new RollupTally();
  settle(tally, { kind: 'advance', result: 1 }, minuteMs + 1);
  settle(tally, { kind: 'advance', result: 2 }, minuteMs + 2);
  settle(tally, { kind: 'advance', result: 3 }, 2 * minuteMs - 1);
  settle(tally, { kind: 'park' }, 2 * minuteMs - 1);
  settle(tally, { kind: 'retry', delayMs: 1 }, 2 * minuteMs);
  settle(tally, { kind: 'release' }, 2 * minuteMs);
  settle(tally, { kind: 'pause', reason: 'gone', detail: '' }, 3 * minuteMs);
  expect(tally.take()).toEqual([
    {
      endpointId: 'e1',
      at: minuteMs,
      delivered: 1,
      refused: 1,
      failed: 2,
      retried: 0,
      latency: latencyOf(7),
    },
    { ...noCounts, endpointId: 'e1', at: 2 * minuteMs, retried: 1 },
  ]);
  expect(tally.take()).toEqual([]);
});

it('what was settled too late to change anything is not counted', () => {
  const tally = new RollupTally();
  const step: Step = { kind: 'advance', result: 1 };
  tally.settled(
    aClaim(),
    { laneId: 1, endpointId: 'e1', sequence: 1, epoch: 1, attempts: [], step, notice: null },
    'fenced',
    0,
  );
  expect(tally.take()).toEqual([]);
});

it('what could not be written joins what was counted meanwhile', () => {
  const tally = new RollupTally();
  settle(tally, { kind: 'advance', result: 1 }, minuteMs, 7);
  const taken = tally.take();
  settle(tally, { kind: 'advance', result: 1 }, minuteMs, 700);
  settle(tally, { kind: 'advance', result: 1 }, 2 * minuteMs, 7);
  tally.giveBack(taken);
  expect(tally.take().map(({ at, delivered, latency }) => ({ at, delivered, latency }))).toEqual([
    { at: minuteMs, delivered: 2, latency: latencyOf(7, 700) },
    { at: 2 * minuteMs, delivered: 1, latency: latencyOf(7) },
  ]);
});

it('what the database does not take for long is bounded: the oldest of it are lost', () => {
  const tally = new RollupTally();
  for (let minute = 0; minute < 6_000; minute += 1) {
    settle(tally, { kind: 'advance', result: 1 }, minute * minuteMs);
  }
  const taken = tally.take();
  tally.giveBack(taken);
  expect(tally.take().map(({ at }) => at)).toEqual(taken.slice(-5_000).map(({ at }) => at));
});

it('a resend counts as delivered, and says nothing of how long customers wait for what is new', () => {
  const tally = new RollupTally();
  settle(tally, { kind: 'advance', result: 1 }, minuteMs, 7);
  settle(tally, { kind: 'advance', result: 1 }, minuteMs, 86_400_000, { isResend: true });
  expect(tally.take()).toMatchObject([{ delivered: 2, latency: latencyOf(7) }]);
});
