import { setTimeout as sleep } from 'node:timers/promises';
import type { NewChange } from '@doorbell/engine';
import { changeOf } from './workload.ts';

export interface ProducerTask {
  readonly perSecond: number;
  readonly seconds: number;
  readonly series: string;
}

/** When each change was committed, in milliseconds of the machine's monotonic clock, by the webhook-id it will have. */
export type Commits = readonly (readonly [webhookId: string, atMs: number])[];

/** Puts in changes at an even pace, whether or not the ones before are in, as producers do that know nothing of each other. */
export async function produce(
  { perSecond, seconds, series }: ProducerTask,
  putIn: (change: NewChange) => Promise<unknown>,
): Promise<Commits> {
  const count = perSecond * seconds;
  const commits: [string, number][] = [];
  const underWay: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    await sleep(Math.max(0, startedAt + (index * 1_000) / perSecond - performance.now()));
    const change = changeOf(index, count, series);
    underWay.push(
      putIn(change).then(() => {
        commits.push([`${change.houseTaskId}.1`, Number(process.hrtime.bigint()) / 1e6]);
      }),
    );
  }
  await Promise.all(underWay);
  return commits;
}
