import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again every 50 ms until the answer is yes; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(50);
}
