import { drainMeasure, withPostgres } from '../drain.ts';
import type { Measure } from '../measure.ts';
import { connectionsMax } from '../workload.ts';

export const drainPostgres: Measure = drainMeasure({
  name: 'drain-postgres',
  about: 'a backlog delivered, recorded, settled and synced on PostgreSQL by one worker / raw dispatch',
  what: 'drain, PostgreSQL',
  goal: { atLeast: 0.65 },
  connections: connectionsMax,
  amount: (stage) => ({
    warmUp: stage.size(5_000, 2_000),
    notifications: stage.size(30_000, 10_000),
    tasks: stage.size(30_000, 10_000),
  }),
  withPlace: withPostgres,
});
