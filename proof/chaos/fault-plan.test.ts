import { seededRandom } from '@doorbell/engine/testing';
import { describe, expect, it } from 'vitest';
import { type FaultRate, planFaults } from './fault-plan.ts';

const rates: readonly FaultRate[] = [
  { kind: 'kill', everyMs: 1_000 },
  { kind: 'restart', times: 3 },
];

describe('the plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    const plan = (seed: number) => planFaults(rates, 60_000, seededRandom(seed));
    expect(plan(1)).toEqual(plan(1));
    expect(plan(1)).not.toEqual(plan(2));
  });

  it('is in order of time, within the run, as often as asked', () => {
    const plan = planFaults(rates, 60_000, seededRandom(1));
    const times = plan.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.every((atMs) => atMs >= 0 && atMs < 60_000)).toBe(true);
    expect(plan.filter(({ kind }) => kind === 'restart')).toHaveLength(3);
    const kills = plan.filter(({ kind }) => kind === 'kill').length;
    expect(kills).toBeGreaterThan(40);
    expect(kills).toBeLessThan(80);
  });
});
