import type { Clock, Engine, Notification, ResendJob, StoreAdmin } from '@doorbell/engine';
import type { Logger } from 'pino';

interface ResendPorts {
  readonly admin: Pick<
    StoreAdmin,
    'claimResendJob' | 'stepResendJob' | 'endResendJob' | 'listNotifications' | 'resend'
  >;
  readonly engine: Pick<Engine, 'hint'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const pollMs = 1_000;
/** So long a job waits for another process when the one that ran it is gone. */
const leaseMs = 15_000;
/** What is reopened between two looks at whether the job is to stop. */
const partSize = 200;

/** Takes up resend jobs that nobody runs, one at a time, and runs each to its end or until it is stopped. */
export async function runResendJobs(ports: ResendPorts, stop: AbortSignal): Promise<void> {
  const { admin, clock, logger } = ports;
  while (!stop.aborted) {
    try {
      const job = await admin.claimResendJob(leaseMs);
      if (job !== undefined) await runJob(job, ports, stop);
    } catch (error) {
      logger.warn({ err: error }, 'A resend was interrupted; it goes on where it was.');
    }
    await clock.sleep(pollMs, stop);
  }
}

async function runJob(job: ResendJob, { admin, engine }: ResendPorts, stop: AbortSignal): Promise<void> {
  let { done, resent, cursor } = job;
  while (!stop.aborted) {
    const from = { done, cursor };
    const request = { limit: partSize, order: 'oldest-first', cursor: cursor ?? undefined } as const;
    const page = await admin.listNotifications(job.filter, request);
    const lanes = Map.groupBy(page.items, ({ laneId }) => laneId);
    const reopened = await Promise.all([...lanes.values()].map((items) => resendInOrder(items, admin)));
    done += page.items.length;
    resent += reopened.reduce((sum, each) => sum + each, 0);
    cursor = page.next;
    engine.hint();
    const isRunning = await admin.stepResendJob({ id: job.id, done, resent, cursor, from }, leaseMs);
    if (!isRunning) return;
    if (cursor === null) {
      await admin.endResendJob(job.id, 'done');
      return;
    }
  }
}

/** Those of one lane one after the other: a later one that is reopened first could be sent first. */
async function resendInOrder(
  items: readonly Notification[],
  admin: Pick<StoreAdmin, 'resend'>,
): Promise<number> {
  let sum = 0;
  for (const { laneId, sequence, result: onlyIf } of items) {
    // What has been delivered since it was listed as failed, or as waiting, is not to be sent again.
    const { resent } = await admin.resend({ laneId, sequence, onlyIf }, 1);
    sum += resent;
  }
  return sum;
}
