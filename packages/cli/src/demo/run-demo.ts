import { systemClock } from '@doorbell/engine/system';
import { CommandError, exitCodes } from '../command-error.ts';
import type { ApiClient } from './api-client.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { sampleTasks } from './sample-tasks.ts';
import { printSummary } from './summary.ts';

/** Between two steps of a task: slow enough to watch. */
const stepMs = 400;
const arriveMsMax = 60_000;

/** Drives the sample tasks through their lives over the API, waits until all has arrived, and sums up. */
export async function runDemo(api: ApiClient, log: DeliveryLog, stop: AbortSignal): Promise<void> {
  const startedAt = systemClock.now();
  const changes = await driveTasks(api, stop);
  await arrived(log, changes, stop);
  if (!stop.aborted) await printSummary(api, log, startedAt);
}

/** One state of every task, then the next of every task. Returns how many changes there were. */
async function driveTasks(api: ApiClient, stop: AbortSignal): Promise<number> {
  let changes = 0;
  const steps = Math.max(...sampleTasks.map(({ states }) => states.length));
  for (let step = 0; step < steps && !stop.aborted; step += 1) {
    const batch = sampleTasks.flatMap(({ ids, states }) => {
      const state = states[step];
      return state === undefined ? [] : [{ ...ids, state }];
    });
    await api.call('POST', '/v1/state-changes', batch);
    changes += batch.length;
    await systemClock.sleep(stepMs, stop);
  }
  return changes;
}

async function arrived(log: DeliveryLog, changes: number, stop: AbortSignal): Promise<void> {
  const startedMs = systemClock.monotonicMs();
  while (log.accepted < changes && !stop.aborted) {
    if (systemClock.monotonicMs() - startedMs > arriveMsMax) {
      throw new CommandError(
        exitCodes.noAnswer,
        `Only ${log.accepted} of ${changes} notifications arrived within ${arriveMsMax / 1000} s.`,
      );
    }
    await systemClock.sleep(50, stop);
  }
}
