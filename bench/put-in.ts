import type { NewChange } from '@doorbell/engine';
import { changeOf } from './workload.ts';

export interface PutInTask {
  readonly callers: number;
  readonly warmUp: number;
  readonly count: number;
}

export interface PutInFigures {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

/** Callers that each put in one change, of a task of its own, as soon as their last one is in. */
export async function putInBy(
  { callers, warmUp, count }: PutInTask,
  putIn: (change: NewChange) => Promise<unknown>,
): Promise<PutInFigures> {
  await callAll(callers, warmUp, (index) => putIn(changeOf(index, warmUp, 'warm')));
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await callAll(callers, count, (index) => putIn(changeOf(index, count, 'task')));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: count / seconds, cpuMicros: (user + system) / count };
}

async function callAll(
  callers: number,
  count: number,
  call: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await call(index);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}
