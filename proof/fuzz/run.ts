import { Progress } from '../progress.ts';
import { UsageError } from '../usage-error.ts';
import type { FuzzTally, FuzzTask } from './fuzz-run.ts';
import { type FuzzOptions, help, readOptions } from './options.ts';
import { checkOracle, NoOracle } from './oracle-process.ts';
import { batchDeadlineMs, runTask } from './run-task.ts';

// npm run fuzz -- --inputs 1000000 --seed 1
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  checkOracle();
  const startedAt = Date.now();
  console.log(`Fuzzing, the product and an oracle in Python side by side; seed ${options.seed}\n`);
  console.log(row('target', ['inputs', 'corpus', 'accepted', 'undecided', 'findings']));
  const progress = new Progress();
  let findings = 0;
  try {
    for await (const [name, tally] of runAll(options, progress)) {
      const { inputs, corpus, accepted, undecided } = tally;
      findings += tally.findings.length;
      console.log(row(name, [inputs, corpus, accepted, undecided, tally.findings.length]));
      for (const finding of tally.findings) console.log(finding);
    }
  } finally {
    progress.end();
  }
  const verdict = findings === 0 ? 'Nothing disagreed, threw or hung' : 'THERE ARE FINDINGS';
  console.log(`\n${verdict}, in ${Math.round((Date.now() - startedAt) / 1_000)} s.`);
  return findings === 0 ? 0 : 1;
}

/** So many targets at a time, each told as it ends. */
async function* runAll(
  options: FuzzOptions,
  progress: Progress,
): AsyncGenerator<readonly [string, FuzzTally]> {
  const waiting = [...options.targets];
  const done = new Map<string, number>();
  const running = new Map<string, Promise<readonly [string, FuzzTally]>>();
  const tasks = waiting.map((target) => taskOf(target, options));
  const total = tasks.reduce((sum, { inputs, only }) => sum + (only === null ? inputs : 1), 0);
  progress.phase('inputs', () => [...done.values()].reduce((sum, count) => sum + count, 0), total);
  for (;;) {
    while (running.size < options.jobs && tasks.length > 0) {
      const task = tasks.shift() as FuzzTask;
      const onProgress = (count: number) => done.set(task.target, count);
      const tally = runTask(task, batchDeadlineMs, onProgress);
      running.set(
        task.target,
        tally.then((ended) => [task.target, ended] as const),
      );
    }
    if (running.size === 0) return;
    const ended = await Promise.race(running.values());
    running.delete(ended[0]);
    yield ended;
  }
}

function taskOf(target: string, { inputs, requests, seed, only, sabotage }: FuzzOptions): FuzzTask {
  return { target, inputs: target === 'server' ? requests : inputs, seed, only, sabotage };
}

function row(name: string, columns: readonly (string | number)[]): string {
  return `  ${name.padEnd(10)}${columns.map((column) => column.toLocaleString('en').padStart(12)).join('')}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isExpected = error instanceof UsageError || error instanceof NoOracle;
  console.error(isExpected ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
