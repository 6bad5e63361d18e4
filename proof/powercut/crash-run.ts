import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@doorbell/engine/testing';
import { planCuts } from './crash-plan.ts';
import { Disk } from './disk.ts';
import { examine } from './examine.ts';
import type { Round } from './round.ts';
import { type SurvivalKind, survivalOf } from './survivals.ts';
import { readTrace, type Traced, type TraceEvent } from './trace.ts';

/** One worker's share of the crash states of one trace. */
export interface CrashTask {
  readonly traceFile: string;
  readonly traced: Traced;
  readonly scratch: string;
  readonly seed: number;
  readonly cutsWanted: number;
  /** This worker takes every `of`th cut, from `share`. */
  readonly share: number;
  readonly of: number;
}

export interface CrashTally {
  states: number;
  torn: number;
  cuts: number;
  losing: number;
  lostChanges: number;
  corrupt: number;
  /** How to see the first few again. */
  findings: string[];
}

const findingsMax = 10;

export async function runCrashes(task: CrashTask, onState: () => void): Promise<CrashTally> {
  const events = await readTrace(task.traceFile, task.traced);
  const rounds = roundsIn(events);
  const cuts = planCuts(events, task.cutsWanted, seededRandom(task.seed));
  const tally: CrashTally = {
    states: 0,
    torn: 0,
    cuts: 0,
    losing: 0,
    lostChanges: 0,
    corrupt: 0,
    findings: [],
  };
  const disk = new Disk();
  const seen = new Set<string>();
  let applied = 0;
  let acknowledged = 0;
  for (const [index, cut] of cuts.entries()) {
    for (; applied < cut.after; applied++) {
      const event = events[applied];
      if (event?.kind === 'said') acknowledged += 1;
      else if (event !== undefined) disk.apply(event);
    }
    if (index % task.of !== task.share) continue;
    tally.cuts += 1;
    for (const kind of disk.hasUnsynced ? cut.kinds : (['none'] as const)) {
      const seed = task.seed ^ Math.imul(cut.after, 0x9e3779b1) ^ kind.length;
      const files = disk.crash(survivalOf(kind, seededRandom(seed)));
      const digest = digestOf(files, acknowledged);
      if (seen.has(digest)) continue;
      seen.add(digest);
      await judge({ files, rounds, acknowledged, kind, after: cut.after }, task, tally);
      onState();
    }
  }
  return tally;
}

interface CrashState {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly rounds: readonly Round[];
  readonly acknowledged: number;
  readonly kind: SurvivalKind;
  readonly after: number;
}

async function judge(state: CrashState, { scratch, share }: CrashTask, tally: CrashTally): Promise<void> {
  const folder = join(scratch, `crash-${share}`);
  layOut(folder, state.files);
  const verdict = await examine(folder, state.rounds, state.acknowledged);
  tally.states += 1;
  if (state.kind.startsWith('torn')) tally.torn += 1;
  tally.lostChanges = Math.max(tally.lostChanges, verdict.lostChanges);
  const losses =
    verdict.lostRounds === 0 && verdict.lostChanges === 0
      ? []
      : [`${verdict.lostChanges} changes and ${verdict.lostRounds} transactions lost`];
  if (losses.length > 0) tally.losing += 1;
  if (verdict.corrupt.length > 0) tally.corrupt += 1;
  if (losses.length + verdict.corrupt.length > 0 && tally.findings.length < findingsMax) {
    const what = [...losses, ...verdict.corrupt].join('; ');
    tally.findings.push(`cut after event ${state.after}, survival ${state.kind}: ${what}`);
  }
}

function layOut(folder: string, files: ReadonlyMap<string, Buffer>): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
}

function digestOf(files: ReadonlyMap<string, Buffer>, acknowledged: number): string {
  const hash = createHash('sha1').update(String(acknowledged));
  for (const [name, content] of files) hash.update(`${name}:${content.length}:`).update(content);
  return hash.digest('base64');
}

/** In the order in which they were answered: a round's own number says the same, or the workload is broken. */
export function roundsIn(events: readonly TraceEvent[]): readonly Round[] {
  const rounds = events.flatMap((event) => (event.kind === 'said' ? [JSON.parse(event.line) as Round] : []));
  if (rounds.some(({ number }, index) => number !== index + 1)) {
    throw new Error('The trace does not hold every round.');
  }
  return rounds;
}
