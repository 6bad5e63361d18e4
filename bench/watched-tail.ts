import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { visitConsole } from './browser/console-visit.ts';
import { openTail, takeLongTasks } from './browser/long-tasks.ts';
import { askOnce, Contender } from './contender.ts';
import { callApi, createApiKey, type ServedDoorbell, serveDoorbell } from './doorbell/serve.ts';
import type { PaceTask } from './http/produce.ts';
import type { Watched } from './http/watch-tail.ts';
import { cpuSecondsOf, residentMBOf } from './machine.ts';
import type { Figures } from './measure.ts';
import type { Stage } from './stage.ts';
import { customerIds, draftOfEndpoint } from './workload.ts';

/** What comes after the last change: deliveries under way, and the next flush of the stream. */
const settleMs = 2_000;

export interface TailPace {
  readonly perSecond: number;
  readonly seconds: number;
}

/** The real server delivers at that pace while one reads its stream and one has the page of the console open. */
export async function measureTail(stage: Stage, paces: readonly TailPace[]): Promise<readonly Figures[]> {
  const data = await stage.newFolder();
  const apiKey = await createApiKey({ data });
  const server = await serveDoorbell({ data });
  const watcher = new Contender('http/watch-tail.ts');
  try {
    await addEndpoints(server, apiKey, (await stage.sink()).url);
    const { page, close } = await visitConsole(server.url, apiKey);
    try {
      await openTail(page);
      await watcher.ask('watch', { url: server.url, apiKey });
      const figures: Figures[] = [];
      for (const pace of paces) {
        await takeLongTasks(page);
        const flow = await runFlow(server, apiKey, watcher, pace);
        figures.push({ ...flow, ...(await takeLongTasks(page)) });
      }
      return figures;
    } finally {
      await close();
    }
  } finally {
    await watcher.end();
    await server.stop();
    await rm(data, { recursive: true });
  }
}

async function addEndpoints({ url }: ServedDoorbell, apiKey: string, sinkUrl: string): Promise<void> {
  for (const customerId of customerIds) {
    await callApi(url, apiKey, 'PUT', `/v1/customers/${customerId}`, { name: customerId });
    const { id, url: endpointUrl, signKey } = draftOfEndpoint(customerId, sinkUrl);
    await callApi(url, apiKey, 'PUT', `/v1/endpoints/${id}`, { customerId, url: endpointUrl, signKey });
  }
}

/** Throws when what was shown and what was dropped are not all that was delivered. */
async function runFlow(
  { url, pid }: ServedDoorbell,
  apiKey: string,
  watcher: Contender,
  { perSecond, seconds }: TailPace,
): Promise<Figures> {
  const before = await watcher.ask<Watched>('take');
  const cpuBefore = await cpuSecondsOf(pid);
  const startedAt = performance.now();
  const task: PaceTask = { url, apiKey, perSecond, seconds, series: `at-${perSecond}` };
  const count = await askOnce<number>('http/produce.ts', 'produce', task);
  const elapsed = await untilSeen(watcher, before, count, startedAt);
  const cpuSeconds = (await cpuSecondsOf(pid)) - cpuBefore;
  await sleep(settleMs);
  const after = await watcher.ask<Watched>('take');
  const shown = after.shown - before.shown;
  const dropped = after.dropped - before.dropped;
  if (shown + dropped !== count)
    throw new Error(`${count} were delivered; the tail told of ${shown + dropped}`);
  const { peak } = await residentMBOf(pid);
  return {
    seenPerSecond: (shown + dropped) / elapsed,
    shownPerSecond: shown / elapsed,
    droppedShare: dropped / count,
    busyPercent: (100 * cpuSeconds) / elapsed,
    peakMB: peak,
  };
}

/** Seconds from the start until all have been shown or dropped. */
async function untilSeen(
  watcher: Contender,
  before: Watched,
  count: number,
  startedAt: number,
): Promise<number> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const { shown, dropped } = await watcher.ask<Watched>('take');
    const now = performance.now();
    if (shown + dropped - before.shown - before.dropped >= count) return (now - startedAt) / 1_000;
    if (now > deadline) throw new Error(`only ${shown + dropped} of ${count} came within two minutes`);
    await sleep(50);
  }
}
