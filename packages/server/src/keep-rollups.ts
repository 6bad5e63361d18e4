import { type Clock, hourMs, type RollupTally, type StoreAdmin } from '@doorbell/engine';
import type { Logger } from 'pino';

interface RollupPorts {
  readonly tally: RollupTally;
  readonly admin: Pick<StoreAdmin, 'addRollups' | 'retireRollups'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** So often at most; what a crash loses of the statistics is this, and never a notification. */
const flushEveryMs = 1_000;

/** Writes what was tallied, in one small statement, and forgets what is old; what is left at the end as well. */
export async function keepRollups(ports: RollupPorts, stop: AbortSignal): Promise<void> {
  const { admin, clock, logger } = ports;
  let retireAtMs = clock.monotonicMs();
  while (!stop.aborted) {
    await clock.sleep(flushEveryMs, stop);
    await flushRollups(ports);
    if (clock.monotonicMs() < retireAtMs || stop.aborted) continue;
    retireAtMs = clock.monotonicMs() + hourMs;
    await admin.retireRollups().catch((error) => {
      logger.warn({ err: error }, 'Old statistics could not be deleted; it is tried again in an hour.');
    });
  }
}

/** What the database does not take is kept for the next time. */
export async function flushRollups({ tally, admin, logger }: RollupPorts): Promise<void> {
  const rollups = tally.take();
  if (rollups.length === 0) return;
  try {
    await admin.addRollups(rollups);
  } catch (error) {
    tally.giveBack(rollups);
    logger.warn({ err: error }, 'Statistics could not be written; they are tried again.');
  }
}
