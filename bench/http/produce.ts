import { setTimeout as sleep } from 'node:timers/promises';
import { contend } from '../contend.ts';
import { callApi } from '../doorbell/serve.ts';
import { changeOf } from '../workload.ts';

export interface PaceTask {
  readonly url: string;
  readonly apiKey: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly series: string;
}

const requestsPerSecond = 50;

/** Puts changes of different tasks in at an even pace, in requests of equal size; resolves when all are recorded. */
async function produce({ url, apiKey, perSecond, seconds, series }: PaceTask): Promise<number> {
  const perRequest = perSecond / requestsPerSecond;
  const underWay: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let request = 0; request < requestsPerSecond * seconds; request += 1) {
    await sleep(Math.max(0, startedAt + (request * 1_000) / requestsPerSecond - performance.now()));
    const changes = Array.from({ length: perRequest }, (_, offset) => {
      const { extra, eventId, ...change } = changeOf(request * perRequest + offset, 100_000_000, series);
      return change;
    });
    underWay.push(callApi(url, apiKey, 'POST', '/v1/state-changes', changes));
  }
  await Promise.all(underWay);
  return underWay.length * perRequest;
}

contend({ produce });
