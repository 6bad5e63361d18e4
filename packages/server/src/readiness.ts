import type { AppPorts } from './app-ports.ts';

export interface NotReady {
  readonly code: 'store-unreadable' | 'store-read-only' | 'engine-stalled' | 'delivery-stalled';
  readonly detail: string;
}

type Judged = Pick<AppPorts, 'readings' | 'database' | 'roles' | 'engine' | 'clock' | 'logger'>;

/** The engine asks for work every second; half a minute without an answer is a stall. */
const roundAgeMsMax = 30_000;
/**
 * Work that waits for a minute is a stall even when rounds go on, unless deliveries end: then it waits for its turn
 * at an endpoint that is slow or takes few requests at a time.
 */
const stallMsMax = 60_000;

/** Why this process should not be counted on; empty when it is ready. */
export async function findStalls(ports: Judged): Promise<readonly NotReady[]> {
  return [...findEngineStall(ports), ...(await findStoreFaults(ports))];
}

function findEngineStall({ engine, clock, roles }: Judged): readonly NotReady[] {
  const roundAgeMs = clock.now() - engine.health().lastRoundAt;
  if (!roles.includes('deliver') || roundAgeMs <= roundAgeMsMax) return [];
  const detail = `Delivery last asked the database for work ${seconds(roundAgeMs)} ago.`;
  return [{ code: 'engine-stalled', detail }];
}

async function findStoreFaults(ports: Judged): Promise<readonly NotReady[]> {
  const { database, logger } = ports;
  try {
    if (!(await database.isWritable())) {
      return [{ code: 'store-read-only', detail: 'The database only reads: it has become a standby.' }];
    }
    // What waits in a database that others deliver from as well is the matter of an alarm, not of this process.
    return database.isShared ? [] : await findDeliveryStall(ports);
  } catch (error) {
    logger.error({ err: error }, 'The database cannot be read.');
    return [{ code: 'store-unreadable', detail: 'The database cannot be read.' }];
  }
}

async function findDeliveryStall({ readings, engine, clock }: Judged): Promise<readonly NotReady[]> {
  const { at, oldestClaimableAt } = (await readings.backlog()).value;
  const claimableAgeMs = oldestClaimableAt === null ? 0 : at - oldestClaimableAt;
  const settledAgeMs = clock.now() - engine.health().lastSettledAt;
  if (claimableAgeMs <= stallMsMax || settledAgeMs <= stallMsMax) return [];
  const detail =
    `A notification that is due has been waiting for ${seconds(claimableAgeMs)}, ` +
    `and no delivery has ended for ${seconds(settledAgeMs)}.`;
  return [{ code: 'delivery-stalled', detail }];
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
