import { allMeasures } from './all-measures.ts';
import { type CommandLine, helpText, parseCommandLine } from './command-line.ts';
import { rewriteDocuments } from './documents.ts';
import { describeMachine, requireDisk } from './machine.ts';
import { isMet, type Measure, type Round } from './measure.ts';

import {
  type MeasureResult,
  type Results,
  readResults,
  resultOf,
  withMeasures,
  writeResults,
} from './results.ts';
import { Stage } from './stage.ts';
import { renderTable } from './table.ts';
import { listVersions } from './versions.ts';

try {
  const commandLine = parseCommandLine(process.argv.slice(2), allMeasures);
  if (commandLine === 'help') process.stdout.write(helpText(allMeasures));
  else process.exitCode = await run(commandLine);
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(`bench: ${error instanceof RangeError ? message : stack}\n`);
  process.exitCode = 1;
}

async function run({ chosen, roundsMax, isQuick, isStrict, writesDocuments }: CommandLine): Promise<number> {
  const stage = await Stage.set({ isQuick });
  const letGo = (): void => void stage.strike().finally(() => process.exit(130));
  process.once('SIGINT', letGo).once('SIGTERM', letGo);
  try {
    await requireDisk(stage.folder);
    const machine = await describeMachine(stage.folder);
    const { rounds, failures } = await play(stage, chosen, roundsMax);
    const results = [...rounds].map(([measure, played]) => resultOf(measure, played, isQuick));
    const versions = await listVersions(stage);
    print(results, machine, versions);
    if (!isQuick || writesDocuments) keep({ machine, versions, measures: results }, writesDocuments);
    for (const failure of failures) process.stderr.write(`bench: ${failure}\n`);
    if (failures.length > 0) return 1;
    const missed = results.flatMap(({ rows }) => rows).filter((row) => isMet(row) === false);
    return isStrict && missed.length > 0 ? 1 : 0;
  } finally {
    await stage.strike();
  }
}

interface Played {
  /** Of the measures that ran to their end. */
  readonly rounds: ReadonlyMap<Measure, readonly Round[]>;
  readonly failures: readonly string[];
}

/** Round by round, so that every measure sees the same hours of the machine. One that fails ends for itself alone. */
async function play(stage: Stage, chosen: readonly Measure[], roundsMax: number): Promise<Played> {
  const failures: string[] = [];
  const results = new Map<Measure, Round[]>(chosen.map((measure) => [measure, []]));
  for (let round = 0; round < roundsMax; round += 1) {
    for (const [measure, rounds] of results) {
      stage.tell(`round ${round + 1} of ${roundsMax}: ${measure.name}`);
      try {
        rounds.push(await measure.round(stage, round));
      } catch (error) {
        failures.push(`${measure.name}: ${(error as Error).stack}`);
        results.delete(measure);
      }
    }
  }
  return { rounds: results, failures };
}

function print(
  results: readonly MeasureResult[],
  machine: Results['machine'],
  versions: Results['versions'],
): void {
  const lines = [
    renderTable(results.flatMap(({ rows }) => rows)),
    '',
    ...results.flatMap(({ notes }) => notes),
    '',
    Object.entries({ ...machine, ...versions })
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function keep(results: Results, writesDocuments: boolean): void {
  const kept = withMeasures(
    readResults(),
    results,
    allMeasures.map(({ name }) => name),
  );
  writeResults(kept);
  if (writesDocuments) rewriteDocuments(kept);
}
