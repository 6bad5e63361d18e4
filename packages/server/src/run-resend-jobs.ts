import type { Clock, Engine, ResendJob, StoreAdmin } from '@doorbell/engine';
import type { Logger } from 'pino';

interface ResendPorts {
  readonly admin: Pick<StoreAdmin, 'claimResendJob' | 'stepResendJob' | 'listNotifications'>;
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
  let { done, cursor } = job;
  while (!stop.aborted) {
    const from = { done, cursor };
    const request = { limit: partSize, order: 'oldest-first', cursor: cursor ?? undefined } as const;
    const page = await admin.listNotifications(job.filter, request);
    // What has been delivered since it was listed as failed, or as waiting, is not to be sent again.
    const resend = page.items.map(({ laneId, sequence, result: onlyIf }) => ({ laneId, sequence, onlyIf }));
    done += page.items.length;
    cursor = page.next;
    const isRunning = await admin.stepResendJob({ id: job.id, done, cursor, from, resend }, leaseMs);
    engine.hint();
    if (!isRunning || cursor === null) return;
  }
}
