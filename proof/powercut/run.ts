import { Progress } from '../progress.ts';
import { UsageError } from '../usage-error.ts';
import { help, type PowercutOptions, readOptions } from './options.ts';
import { type Part, type PartResult, runPart } from './powercut.ts';
import { CannotTrace } from './trace.ts';

const findingsShown = 10;

// npm run powercut -- --states 2000 --seed 1
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  const startedAt = Date.now();
  const progress = new Progress();
  try {
    console.log(`Power cuts on the SQLite store; seed ${options.seed}\n`);
    const failures: string[] = [];
    for (const { part, judge } of partsOf(options)) {
      const result = await runPart(part, options.jobs, progress);
      progress.end();
      for (const line of linesOf(result)) console.log(line);
      failures.push(...judge(result));
    }
    for (const failure of failures) console.log(failure);
    const tookS = Math.round((Date.now() - startedAt) / 1_000);
    console.log(`${failures.length === 0 ? 'The promise held' : 'THE PROMISE DID NOT HOLD'}, in ${tookS} s.`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    progress.end();
  }
}

interface JudgedPart {
  readonly part: Part;
  readonly judge: (result: PartResult) => readonly string[];
}

function partsOf({ states, seed }: PowercutOptions): readonly JudgedPart[] {
  const control = { rounds: 150, states: Math.ceil(states / 5), seed };
  return [
    {
      part: { title: 'synchronous=FULL, as served', synchronous: 'FULL', rounds: 240, states, seed },
      judge: (result) => judgeServed(result, states),
    },
    {
      part: { title: 'control: synchronous=NORMAL', synchronous: 'NORMAL', ...control },
      judge: ({ tally }) =>
        tally.losing > 0
          ? []
          : [
              'The control with synchronous=NORMAL lost nothing, so this test cannot see a loss: it proves nothing.',
            ],
    },
    {
      part: { title: 'control: synchronous=OFF', synchronous: 'OFF', ...control },
      judge: ({ tally }) =>
        tally.corrupt > 0
          ? []
          : [
              'The control with synchronous=OFF broke nothing, so this test cannot see damage: it proves nothing.',
            ],
    },
  ];
}

function judgeServed({ tally }: PartResult, statesWanted: number): readonly string[] {
  return [
    ...(tally.states < statesWanted ? [`Only ${tally.states} distinct crash states were found.`] : []),
    ...(tally.losing > 0 ? [`${tally.losing} crash states lost what had been acknowledged.`] : []),
    ...(tally.corrupt > 0 ? [`${tally.corrupt} crash states were corrupt.`] : []),
    ...tally.findings.slice(0, findingsShown).map((finding) => `  ${finding}`),
  ];
}

function linesOf({ title, transactions, changes, settlements, syncs, tally }: PartResult): readonly string[] {
  return [
    title,
    row('transactions answered', transactions),
    row('  changes in them', changes),
    row('  settlements in them', settlements),
    row('syncs of its files', syncs),
    row('cut points', tally.cuts),
    row('crash states, all different', tally.states),
    row('  with torn sectors', tally.torn),
    row('states that lost something acknowledged', tally.losing),
    row('  changes lost in the worst of them', tally.lostChanges),
    row('states that were corrupt', tally.corrupt),
    '',
  ];
}

function row(name: string, count: number): string {
  return `  ${name.padEnd(44)} ${count.toLocaleString('en').padStart(8)}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isExpected = error instanceof UsageError || error instanceof CannotTrace;
  console.error(isExpected ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
