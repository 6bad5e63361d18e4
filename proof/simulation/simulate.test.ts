import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

describe('a simulation', () => {
  it('takes the same way twice for the same seed, and another for another', async () => {
    const [once, again, other] = [await simulate(3), await simulate(3), await simulate(4)];
    expect(again.hash).toBe(once.hash);
    expect(other.hash).not.toBe(once.hash);
  });

  it('delivers, suffers faults, and finds nothing to complain of', async () => {
    const runs = [await simulate(1), await simulate(2)];
    expect(runs.flatMap(({ violations }) => violations)).toEqual([]);
    for (const { deliveries } of runs) expect(deliveries).toBeGreaterThan(50);
  });
});
