import type { AppPorts } from './app-ports.ts';

export interface NotReady {
  readonly code: 'store-unreadable' | 'engine-stalled' | 'delivery-stalled';
  readonly detail: string;
}

/** The engine asks for work every second; half a minute without an answer is a stall. */
const roundAgeMsMax = 30_000;
/** Work that could be sent and is not, for a minute, is a stall even when rounds go on. */
const claimableAgeMsMax = 60_000;

/** Why this process should not be counted on; empty when it is ready. */
export async function findStalls({
  admin,
  engine,
  clock,
  logger,
}: Pick<AppPorts, 'admin' | 'engine' | 'clock' | 'logger'>): Promise<readonly NotReady[]> {
  const reasons: NotReady[] = [];
  const roundAgeMs = clock.now() - engine.health().lastRoundAt;
  if (roundAgeMs > roundAgeMsMax) {
    const detail = `Delivery last asked the database for work ${seconds(roundAgeMs)} ago.`;
    reasons.push({ code: 'engine-stalled', detail });
  }
  try {
    const { oldestClaimableAt } = await admin.backlog();
    const claimableAgeMs = oldestClaimableAt === null ? 0 : clock.now() - oldestClaimableAt;
    if (claimableAgeMs > claimableAgeMsMax) {
      const detail = `A notification that could be sent has been waiting for ${seconds(claimableAgeMs)}.`;
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
