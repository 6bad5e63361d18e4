import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Progress } from '../progress.ts';
import { type CrashTally, type CrashTask, roundsIn } from './crash-run.ts';
import { databaseFiles, logName, type Round } from './round.ts';
import { readTrace, runTraced } from './trace.ts';

export interface Part {
  readonly title: string;
  readonly synchronous: 'FULL' | 'NORMAL' | 'OFF';
  readonly rounds: number;
  readonly states: number;
  readonly seed: number;
}

export interface PartResult extends Part {
  readonly transactions: number;
  readonly changes: number;
  readonly settlements: number;
  readonly syncs: number;
  readonly tally: CrashTally;
}

/** Up to six, but one only right after a sync: fewer, on average, than a run really yields. */
const statesPerCut = { FULL: 3.3, NORMAL: 5, OFF: 5 } as const;

/** Plays the workload under strace, then cuts the power in `states` ways. */
export async function runPart(part: Part, jobs: number, progress: Progress): Promise<PartResult> {
  // Memory where there is some: thousands of small databases are written, and none needs to last.
  const scratch = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'doorbell-powercut-'));
  try {
    const traced = { folder: join(scratch, 'run'), files: databaseFiles, log: logName };
    const traceFile = join(scratch, 'trace');
    mkdirSync(traced.folder);
    progress.phase(`${part.title}: the run that is watched`, () => 0, 1);
    await runTraced(traced, commandOf(part, traced.folder), traceFile);
    const events = await readTrace(traceFile, traced);
    const syncs = events.filter(({ kind }) => kind === 'sync').length;
    const rounds = roundsIn(events);
    const cutsWanted = Math.ceil(part.states / statesPerCut[part.synchronous]);
    let done = 0;
    progress.phase(`${part.title}: crash states`, () => done, part.states);
    const tallies = await Promise.all(
      Array.from({ length: jobs }, (_, share) => {
        const task = { traceFile, traced, scratch, seed: part.seed, cutsWanted, share, of: jobs };
        return runShare(task, () => {
          done += 1;
        });
      }),
    );
    return { ...part, syncs, ...countsOf(rounds), tally: tallies.reduce(sum) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function commandOf({ rounds, seed, synchronous }: Part, folder: string): readonly string[] {
  return [
    process.execPath,
    '--conditions=doorbell-source',
    join(import.meta.dirname, 'workload.ts'),
    `--folder=${folder}`,
    `--rounds=${rounds}`,
    `--seed=${seed}`,
    `--synchronous=${synchronous}`,
  ];
}

function countsOf(rounds: readonly Round[]): Pick<PartResult, 'transactions' | 'changes' | 'settlements'> {
  return {
    transactions: rounds.length,
    changes: rounds.reduce((count, { appended }) => count + appended.length, 0),
    settlements: rounds.reduce((count, { attempts }) => count + attempts.length, 0),
  };
}

function runShare(task: CrashTask, onState: () => void): Promise<CrashTally> {
  const worker = new Worker(new URL('./crash-worker.ts', import.meta.url), { workerData: task });
  return new Promise((resolve, reject) => {
    worker.on('message', (message: 'state' | CrashTally) =>
      message === 'state' ? onState() : resolve(message),
    );
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('A worker ended without its tally.')));
  });
}

function sum(a: CrashTally, b: CrashTally): CrashTally {
  return {
    states: a.states + b.states,
    torn: a.torn + b.torn,
    cuts: a.cuts + b.cuts,
    losing: a.losing + b.losing,
    lostChanges: Math.max(a.lostChanges, b.lostChanges),
    corrupt: a.corrupt + b.corrupt,
    findings: [...a.findings, ...b.findings],
  };
}
