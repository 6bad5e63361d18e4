import { drainMeasure, withSqlite } from '../drain.ts';
import type { Measure } from '../measure.ts';

/** One request in flight for each lane: order allows no more. */
const lanes = 64;

export const drainHotLanes: Measure = drainMeasure({
  name: 'drain-hot-lanes',
  about: '64 tasks of 500 changes each, delivered in order on SQLite / raw dispatch with 64 connections',
  what: 'drain, one hot task each',
  goal: { atLeast: 0.7 },
  connections: lanes,
  amount: (stage) => ({
    warmUp: stage.size(5_000, 2_000),
    notifications: lanes * stage.size(500, 150),
    tasks: lanes,
  }),
  withPlace: withSqlite,
});
