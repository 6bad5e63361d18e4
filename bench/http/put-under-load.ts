import { askOnce } from '../contender.ts';
import { cpuSecondsOf } from '../machine.ts';
import type { Figures } from '../measure.ts';
import type { LoadTask } from './load.ts';

export interface ServerUnderLoad {
  readonly url: string;
  readonly pid: number;
}

/** Warms the server up until its code is compiled, then measures it; `busy` is how much of a core the server used. */
export async function putUnderLoad(
  { url, pid }: ServerUnderLoad,
  load: Omit<LoadTask, 'url' | 'series'>,
): Promise<Figures> {
  const warmUp: LoadTask = { ...load, url, series: 'warm', count: load.count };
  await askOnce('http/load.ts', 'load', warmUp);
  const cpuBefore = await cpuSecondsOf(pid);
  const task: LoadTask = { ...load, url, series: 'load' };
  const { perSecond } = await askOnce<{ perSecond: number }>('http/load.ts', 'load', task);
  const cpuSeconds = (await cpuSecondsOf(pid)) - cpuBefore;
  return {
    perSecond,
    cpuMicros: (cpuSeconds * 1_000_000) / load.count,
    busy: (cpuSeconds * perSecond) / load.count,
  };
}
