import type { AppPorts } from './app-ports.ts';

export interface NotReady {
  readonly code: 'store-unreadable' | 'engine-stalled' | 'delivery-stalled';
  readonly detail: string;
}

/** The engine asks for work every second; half a minute without an answer is a stall. */
const roundAgeMsMax = 30_000;
/**
 * Work that waits for a minute is a stall even when rounds go on, unless deliveries end: then it waits for its turn
 * at an endpoint that is slow or takes few requests at a time.
 */
const stallMsMax = 60_000;

/** Why this process should not be counted on; empty when it is ready. */
export async function findStalls({
  admin,
  engine,
  clock,
  logger,
}: Pick<AppPorts, 'admin' | 'engine' | 'clock' | 'logger'>): Promise<readonly NotReady[]> {
  const reasons: NotReady[] = [];
  const { lastRoundAt, lastSettledAt } = engine.health();
  const roundAgeMs = clock.now() - lastRoundAt;
  if (roundAgeMs > roundAgeMsMax) {
    const detail = `Delivery last asked the database for work ${seconds(roundAgeMs)} ago.`;
    reasons.push({ code: 'engine-stalled', detail });
  }
  try {
    const { oldestClaimableAt } = await admin.backlog();
    const claimableAgeMs = oldestClaimableAt === null ? 0 : clock.now() - oldestClaimableAt;
    const settledAgeMs = clock.now() - lastSettledAt;
    if (claimableAgeMs > stallMsMax && settledAgeMs > stallMsMax) {
      const detail =
        `A notification that is due has been waiting for ${seconds(claimableAgeMs)}, ` +
        `and no delivery has ended for ${seconds(settledAgeMs)}.`;
      reasons.push({ code: 'delivery-stalled', detail });
    }
  } catch (error) {
    logger.error({ err: error }, 'The database cannot be read.');
    reasons.push({ code: 'store-unreadable', detail: 'The database cannot be read.' });
  }
  return reasons;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
