import { contend } from '../contend.ts';
import type { DrainFigures } from '../drain-figures.ts';
import { changeOf } from '../workload.ts';
import { openBacklog } from './backlog.ts';
import { deliver, warmUp } from './deliver.ts';
import { fill } from './fill.ts';
import { openStore, type StorePlace } from './open-store.ts';

export interface DrainTask {
  readonly place: StorePlace;
  readonly sinkUrl: string;
  readonly warmUp: number;
  readonly notifications: number;
  readonly tasks: number;
}

/** Delivers a backlog with the engine as it is: each notification signed, posted, recorded, settled and synced. */
async function drain(task: DrainTask): Promise<DrainFigures> {
  const store = await openStore(task.place, task.sinkUrl);
  await fill(store, task.warmUp, (index) => changeOf(index, task.warmUp, 'warm'));
  await deliver(store, task.warmUp);
  await fill(store, task.notifications, (index) => changeOf(index, task.tasks, 'task'));
  const figures = await deliver(store, task.notifications);
  const { pending } = await store.backlog();
  if (pending > 0) throw new Error(`${pending} notifications are still pending`);
  await store.close();
  return figures;
}

export interface BacklogDrainTask {
  /** Holds a backlog with more lanes than are to be delivered. */
  readonly place: StorePlace;
  readonly sinkUrl: string;
  /** For the database of the warm-up. */
  readonly folder: string;
  readonly warmUp: number;
  readonly notifications: number;
}

/** Delivers some of a backlog that is there already, after a warm-up in a database of its own. */
async function drainBacklog(task: BacklogDrainTask): Promise<DrainFigures> {
  await warmUp(task);
  const store = await openBacklog(task.place, task.sinkUrl);
  const figures = await deliver(store, task.notifications);
  await store.close();
  return figures;
}

contend({ drain, drainBacklog });
