import type { Clock, RecordedAttempt, StoreAdmin } from '@doorbell/engine';
import { notificationId } from '@doorbell/engine';
import type { Logger } from 'pino';
import type { Tail, TailEvent } from './tail.ts';

interface FollowPorts {
  readonly tail: Tail;
  readonly admin: Pick<StoreAdmin, 'listRecordedAttempts'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const pollMs = 500;
const attemptsMax = 1_000;

/**
 * Where other processes deliver, what they record is read from the database while anyone watches: twice a second the
 * newest thousand since the last look. An attempt whose transaction took longer than that look may be missed.
 */
export async function followAttempts(
  { tail, admin, clock, logger }: FollowPorts,
  stop: AbortSignal,
): Promise<void> {
  let after: number | null = null;
  let seen = new Set<string>();
  while (!stop.aborted) {
    await clock.sleep(pollMs, stop);
    if (!tail.isWatched) {
      after = null;
      continue;
    }
    try {
      const { attempts, now } = await admin.listRecordedAttempts(after, attemptsMax);
      const fresh = attempts.filter((attempt) => !seen.has(keyOf(attempt)));
      for (const attempt of fresh) tail.publish(eventOf(attempt));
      // Looked at once more, for clocks and commits are not in step; what was shown is known by its key.
      after = now - 2 * pollMs;
      seen = new Set(attempts.map(keyOf));
    } catch (error) {
      logger.warn(
        { err: error },
        'What was delivered could not be read for those who watch; it is tried again.',
      );
    }
  }
}

function keyOf({ laneId, sequence, epoch, post }: RecordedAttempt): string {
  return `${laneId}.${sequence}.${epoch}.${post}`;
}

function eventOf(attempt: RecordedAttempt): TailEvent {
  const { laneId, sequence, epoch: _epoch, post: _post, ...rest } = attempt;
  return { notificationId: notificationId({ laneId, sequence }), sequence, ...rest };
}
