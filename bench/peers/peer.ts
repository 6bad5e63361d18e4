import type { NewChange } from '@doorbell/engine';
import { contend } from '../contend.ts';
import type { DrainFigures } from '../drain-figures.ts';
import { type PutInTask, putInBy } from '../put-in.ts';
import { changeOf } from '../workload.ts';
import { createPostNotification } from './post-notification.ts';

/** A job queue that carries notifications, as its own documentation says it is fastest. */
export interface Peer {
  add(change: NewChange): Promise<void>;
  /** In whatever batches the queue takes. */
  addAll(changes: readonly NewChange[]): Promise<void>;
  /** Works off the queue, so many jobs at a time; tells of each job that is done, though it may not be recorded yet. */
  work(concurrency: number, run: (change: NewChange) => Promise<void>, done: () => void): Promise<Working>;
  /** Jobs that are not recorded as done. */
  waiting(): Promise<number>;
}

export interface Working {
  stop(): Promise<void>;
}

export interface PeerDrainTask {
  /** Of the queue's server. */
  readonly url: string;
  readonly sinkUrl: string;
  readonly connections: number;
  readonly warmUp: number;
  readonly notifications: number;
  readonly tasks: number;
}

/** Makes this process a contender on a queue that `open` connects to. */
export function contendAsPeer(open: (url: string) => Promise<Peer>): void {
  contend({
    drain: async (task: PeerDrainTask) => drain(await open(task.url), task),
    putIn: async (task: PutInTask & { readonly url: string }) => {
      const peer = await open(task.url);
      return await putInBy(task, (change) => peer.add(change));
    },
  });
}

async function drain(peer: Peer, task: PeerDrainTask): Promise<DrainFigures> {
  const post = createPostNotification(task.sinkUrl);
  await addSeries(peer, task.warmUp, 'warm');
  await workOff(peer, task.warmUp, task.connections, post);
  await addSeries(peer, task.notifications, 'task');
  return await workOff(peer, task.notifications, task.connections, post);
}

async function addSeries(peer: Peer, count: number, series: string): Promise<void> {
  for (let first = 0; first < count; first += 1_000) {
    const length = Math.min(1_000, count - first);
    await peer.addAll(Array.from({ length }, (_, index) => changeOf(first + index, count, series)));
  }
}

/**
 * Time runs from the first request, so that what a queue does to start its workers is not held against it, until every
 * job is recorded as done.
 */
async function workOff(
  peer: Peer,
  count: number,
  concurrency: number,
  post: (change: NewChange) => Promise<void>,
): Promise<DrainFigures> {
  const end = Promise.withResolvers<void>();
  let startedAt: number | undefined;
  let cpu = process.cpuUsage();
  let left = count;
  const run = (change: NewChange): Promise<void> => {
    if (startedAt === undefined) {
      startedAt = performance.now();
      cpu = process.cpuUsage();
    }
    return post(change).catch(end.reject);
  };
  const working = await peer.work(concurrency, run, () => {
    left -= 1;
    if (left === 0) end.resolve();
  });
  await end.promise;
  while ((await peer.waiting()) > 0);
  const seconds = (performance.now() - (startedAt ?? 0)) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await working.stop();
  return { perSecond: count / seconds, cpuMicros: (user + system) / count };
}
