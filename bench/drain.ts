import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { askOnce } from './contender.ts';
import type { DrainTask } from './doorbell/drain.ts';
import type { StorePlace } from './doorbell/open-store.ts';
import { formatCount } from './format.ts';
import {
  type Figures,
  figuresOf,
  type Goal,
  inTurns,
  type Measure,
  type Round,
  type Row,
  ratiosOf,
} from './measure.ts';
import type { RawTask } from './raw-dispatch.ts';
import type { Stage } from './stage.ts';
import { median } from './statistics.ts';

/** How much is drained: so many notifications of so many tasks, after a warm-up. */
export interface Amount {
  readonly warmUp: number;
  readonly notifications: number;
  readonly tasks: number;
}

export const raw = 'raw dispatch';
export const doorbell = 'Doorbell';

interface DrainMeasure {
  readonly name: string;
  readonly about: string;
  readonly what: string;
  readonly goal: Goal;
  readonly connections: number;
  amount(stage: Stage): Amount;
  withPlace(stage: Stage, drain: (place: StorePlace) => Promise<Figures>): Promise<Figures>;
}

/** A drain by Doorbell against raw dispatch with as many connections as Doorbell has requests in flight. */
export function drainMeasure(options: DrainMeasure): Measure {
  const { name, about, what, goal, connections } = options;
  return {
    name,
    about,
    round: (stage, round) => {
      const amount = options.amount(stage);
      return inTurns(round, [
        { contender: raw, run: () => drainRaw(stage, amount, connections) },
        {
          contender: doorbell,
          run: () => options.withPlace(stage, (place) => drainDoorbell(stage, amount, place)),
        },
      ]);
    },
    rows: (rounds) => [drainRow(what, goal, rounds)],
  };
}

export async function drainRaw(stage: Stage, amount: Amount, connections: number): Promise<Figures> {
  const { url } = await stage.sink();
  const task: RawTask = { ...amount, sinkUrl: url, connections };
  return await watchSink(stage, amount, () => askOnce('raw-dispatch.ts', 'drain', task));
}

export async function drainDoorbell(stage: Stage, amount: Amount, place: StorePlace): Promise<Figures> {
  const { url } = await stage.sink();
  const task: DrainTask = { ...amount, sinkUrl: url, place };
  return await watchSink(stage, amount, () => askOnce('doorbell/drain.ts', 'drain', task));
}

/** In a SQLite file of its own on the disk of the stage. */
export async function withSqlite<Value>(
  stage: Stage,
  use: (place: StorePlace) => Promise<Value>,
): Promise<Value> {
  const folder = await stage.newFolder();
  try {
    return await use({ sqlite: join(folder, 'doorbell.db') });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** In a PostgreSQL database of its own. */
export async function withPostgres<Value>(
  stage: Stage,
  use: (place: { readonly postgres: string }) => Promise<Value>,
): Promise<Value> {
  const server = await stage.postgres();
  const postgres = await server.newDatabase();
  try {
    return await use({ postgres });
  } finally {
    await server.dropDatabase(postgres);
  }
}

/** Counts at the other end as well: a contender that posts less than it reports is an error, not a result. */
export async function watchSink(
  stage: Stage,
  { warmUp, notifications }: Amount,
  run: () => Promise<Figures>,
): Promise<Figures> {
  const sink = await stage.sink();
  const requestsBefore = await sink.requests();
  const cpuBefore = await sink.cpuSeconds();
  const figures = await run();
  const sinkCpuMicros = ((await sink.cpuSeconds()) - cpuBefore) * (1_000_000 / (warmUp + notifications));
  const posted = (await sink.requests()) - requestsBefore - 1;
  if (posted !== warmUp + notifications) {
    throw new Error(`${warmUp + notifications} notifications were reported, but ${posted} arrived`);
  }
  return { ...figures, sinkBusy: (sinkCpuMicros * (figures.perSecond ?? 0)) / 1_000_000 };
}

export function drainRow(
  what: string,
  goal: Goal | null,
  rounds: readonly Round[],
  of: string = doorbell,
): Row {
  const perSecond = (contender: string) => formatCount(median(figuresOf(rounds, contender, 'perSecond')));
  const cpu = (contender: string) => formatCount(median(figuresOf(rounds, contender, 'cpuMicros')));
  return {
    what,
    figure: ratiosOf(rounds, of, raw, 'perSecond'),
    unit: 'ratio',
    goal,
    behind: `${perSecond(of)} a second / ${perSecond(raw)}; CPU ${cpu(of)} us each / ${cpu(raw)}`,
  };
}
