import { UsageError } from '../usage-error.ts';
import { help, readOptions, type SimulationOptions } from './options.ts';
import { addRegressions, readRegressions } from './regressions.ts';
import { runSeeds } from './run-seeds.ts';
import { simulate } from './simulate.ts';
import { summaryOf, verdictOf } from './summary.ts';
import { Totals } from './totals.ts';

// npm run simulate -- --seeds 1000 --seed 1
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  return options.trace ? await traceOne(options.seed) : await runAll(options);
}

async function traceOne(seed: number): Promise<number> {
  const { violations, hash } = await simulate(seed, (line) => console.log(line));
  for (const { checker, what } of violations) console.log(`VIOLATION ${checker}: ${what}`);
  console.log(`seed ${seed}: trace ${hash}, ${violations.length} violations`);
  return violations.length === 0 ? 0 : 1;
}

async function runAll(options: SimulationOptions): Promise<number> {
  const { seed, seeds, workers, twice } = options;
  const wanted = Array.from({ length: seeds }, (_, index) => seed + index);
  const isSuite = seeds > 1;
  const first = isSuite ? readRegressions() : [];
  const all = [...first, ...wanted.filter((each) => !first.includes(each))];
  const totals = new Totals();
  const startedMs = Date.now();
  let shownMs = 0;
  await runSeeds(all, workers, isSuite ? twice : 1, (report) => {
    totals.add(report);
    if (report.violations.length > 0) showFailure(report.seed, report.violations);
    if (process.stderr.isTTY && Date.now() - shownMs > 200) {
      shownMs = Date.now();
      process.stderr.write(`\r${totals.seeds} of ${all.length} seeds, ${totals.deliveries} deliveries`);
    }
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (totals.failures.length > 0) addRegressions(totals.failures.map((failure) => failure.seed));
  for (const line of summaryOf(totals, options, Date.now() - startedMs)) console.log(line);
  const faults = verdictOf(totals, options);
  for (const fault of faults) console.log(`FAILED: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

function showFailure(
  seed: number,
  violations: readonly { readonly checker: string; readonly what: string }[],
): void {
  console.log(
    `seed ${seed} failed. Again, with all that happened:  npm run simulate -- --seed ${seed} --trace`,
  );
  for (const { checker, what } of violations.slice(0, 3)) console.log(`  ${checker}: ${what}`);
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `${error.message} See --help.` : error);
  process.exitCode = isUsage ? 2 : 1;
}
