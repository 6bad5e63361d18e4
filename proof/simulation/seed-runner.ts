import type { Violation } from './checkers/checker.ts';
import { simulate } from './simulate.ts';
import { reportOf } from './totals.ts';

interface Order {
  readonly seed: number;
  readonly isTwice: boolean;
}

// The process that runs seeds, one after the other, as its parent hands them over.
process.on('message', async ({ seed, isTwice }: Order) => {
  const before = process.cpuUsage();
  const run = await simulate(seed);
  const violations: Violation[] = [...run.violations];
  if (isTwice) {
    const again = await simulate(seed);
    if (again.hash !== run.hash) {
      const what = `The second run of the seed took another way: ${again.hash} instead of ${run.hash}.`;
      violations.push({ checker: 'same seed, same trace', atMs: 0, what });
    }
  }
  const { user, system } = process.cpuUsage(before);
  process.send?.(reportOf(run, violations, isTwice, (user + system) / 1_000));
});
process.on('disconnect', () => process.exit(0));
