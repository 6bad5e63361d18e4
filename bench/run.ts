import { allMeasures } from './all-measures.ts';
import { type CommandLine, helpText, parseCommandLine } from './command-line.ts';
import { rewriteDocuments } from './documents.ts';
import { describeMachine, requireDisk } from './machine.ts';
import { isMet, type Measure, type Round } from './measure.ts';

import { type Results, readResults, resultOf, withMeasures, writeResults } from './results.ts';
import { Stage } from './stage.ts';
import { renderTable } from './table.ts';
import { listVersions } from './versions.ts';

/** A slow machine gets fewer rounds rather than a longer run; the first is always played. */
const minutesMax = 21;

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
    const resultsOf = async (played: PlayedRounds): Promise<Results> => ({
      machine,
      versions: await listVersions(stage),
      measures: [...played].map(([measure, rounds]) => resultOf(measure, rounds, isQuick)),
    });
    const isKept = !isQuick || writesDocuments;
    // After each measure, so that a run that is broken off has not been for nothing.
    const onPlayed = async (played: PlayedRounds): Promise<void> => {
      if (isKept) keep(await resultsOf(played));
    };
    const { played, failures } = await play(stage, chosen, roundsMax, onPlayed);
    const results = await resultsOf(played);
    print(results);
    if (writesDocuments) rewriteDocuments(keep(results));
    for (const failure of failures) process.stderr.write(`bench: ${failure}\n`);
    if (failures.length > 0) return 1;
    const missed = results.measures.flatMap(({ rows }) => rows).filter((row) => isMet(row) === false);
    return isStrict && missed.length > 0 ? 1 : 0;
  } finally {
    await stage.strike();
  }
}

/** Of the measures that have run to the end of a round. */
type PlayedRounds = ReadonlyMap<Measure, readonly Round[]>;

/**
 * Round by round, so that every measure sees the same hours of the machine. One that fails is not tried again, and keeps
 * what its rounds before that have shown.
 */
async function play(
  stage: Stage,
  chosen: readonly Measure[],
  roundsMax: number,
  onPlayed: (played: PlayedRounds) => Promise<void>,
): Promise<{ readonly played: PlayedRounds; readonly failures: readonly string[] }> {
  const failures: string[] = [];
  const played = new Map<Measure, readonly Round[]>();
  const playing = new Set(chosen);
  const begunAt = performance.now();
  for (let round = 0; round < roundsMax; round += 1) {
    const spentMs = performance.now() - begunAt;
    if (round > 0 && spentMs * (1 + 1 / round) > minutesMax * 60_000) {
      stage.tell(`round ${round + 1} is left out: it would end after ${minutesMax} minutes`);
      break;
    }
    for (const measure of playing) {
      const startedAt = performance.now();
      try {
        played.set(measure, [...(played.get(measure) ?? []), await measure.round(stage, round)]);
        await onPlayed(played);
      } catch (error) {
        failures.push(`${measure.name}: ${(error as Error).stack}`);
        playing.delete(measure);
      }
      const seconds = (performance.now() - startedAt) / 1_000;
      stage.tell(`round ${round + 1} of ${roundsMax}: ${measure.name} took ${seconds.toFixed(1)} s`);
    }
  }
  return { played, failures };
}

function print({ measures, machine, versions }: Results): void {
  const lines = [
    renderTable(measures.flatMap(({ rows }) => rows)),
    '',
    ...measures.flatMap(({ notes }) => notes),
    '',
    Object.entries({ ...machine, ...versions })
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Beside what measures that were left out have shown before. */
function keep(results: Results): Results {
  const order = allMeasures.map(({ name }) => name);
  const kept = withMeasures(readResults(), results, order);
  writeResults(kept);
  return kept;
}
