import { drainMeasure, withSqlite } from '../drain.ts';
import type { Measure } from '../measure.ts';
import { connectionsMax } from '../workload.ts';

export const drainSqlite: Measure = drainMeasure({
  name: 'drain-sqlite',
  about: 'a backlog delivered, recorded, settled and synced on SQLite / raw dispatch',
  what: 'drain, SQLite',
  goal: { atLeast: 0.85 },
  connections: connectionsMax,
  amount: (stage) => ({
    warmUp: stage.size(5_000, 2_000),
    notifications: stage.size(30_000, 10_000),
    tasks: stage.size(30_000, 10_000),
  }),
  withPlace: withSqlite,
});
