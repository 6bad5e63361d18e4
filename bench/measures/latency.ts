import { askOnce } from '../contender.ts';
import { withPostgres, withSqlite } from '../drain.ts';
import { latencyRow, measureLatency } from '../latency.ts';
import { type Figures, inTurns, type Measure } from '../measure.ts';
import type { Stage } from '../stage.ts';

const sqlite = 'SQLite';
const postgres = 'PostgreSQL';

export const latency: Measure = {
  name: 'latency',
  about: 'from the commit of a change to the first byte of its request, at 200 changes a second',
  round: (stage, round) =>
    inTurns(round, [
      { contender: sqlite, run: () => onSqlite(stage) },
      { contender: postgres, run: () => onPostgres(stage) },
    ]),
  rows: (rounds) => [
    latencyRow('latency p95, SQLite', { atMost: 5 }, rounds, sqlite),
    latencyRow('latency p95, PostgreSQL', { atMost: 25 }, rounds, postgres),
  ],
};

function taskOf(stage: Stage): { perSecond: number; seconds: number; series: string } {
  return { perSecond: 200, seconds: stage.size(8, 4), series: 'task' };
}

function onSqlite(stage: Stage): Promise<Figures> {
  return withSqlite(stage, (place) =>
    measureLatency((sinkUrl) =>
      askOnce('doorbell/produce-and-deliver.ts', 'run', { ...taskOf(stage), place, sinkUrl }),
    ),
  );
}

function onPostgres(stage: Stage): Promise<Figures> {
  return withPostgres(stage, (place) =>
    measureLatency((sinkUrl) =>
      askOnce('doorbell/produce-and-deliver.ts', 'run', { ...taskOf(stage), place, sinkUrl }),
    ),
  );
}
