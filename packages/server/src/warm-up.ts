import type { StoreAdmin } from '@doorbell/engine';
import type { Logger } from 'pino';

interface WarmUpPorts {
  readonly admin: Pick<StoreAdmin, 'listNotifications'>;
  readonly logger: Logger;
}

/**
 * Asks what people ask first, so that none of them waits for what comes with a first question: PostgreSQL reads its
 * catalogs, of a table of attempts for each day, and the ends of the indexes.
 */
export async function warmUp({ admin, logger }: WarmUpPorts): Promise<void> {
  try {
    await admin.listNotifications({}, { limit: 50 });
  } catch (error) {
    logger.debug({ err: error }, 'The first question had no answer.');
  }
}
