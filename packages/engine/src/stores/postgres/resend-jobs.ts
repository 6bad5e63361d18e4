import type { StoreAdmin } from '../../ports.ts';
import { type ResendJobRow, resendJobOf } from '../resend-job-row.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';
import { reopenWithin } from './resend.ts';

const resendJobsSql = {
  // Of two that are to run alone the second waits, and then sees the first.
  lockStarter: `select pg_advisory_xact_lock(hashtext('doorbell.resend'), hashtext($1))`,
  runningOf: `select 1 from doorbell.resend_job where state = 'running' and started_by = $1 limit 1`,
  insert: `insert into doorbell.resend_job (id, filter, state, total, started_by, started_at)
    select $1, (($2::jsonb) || jsonb_build_object('to', least(($2::jsonb->>'to')::bigint, clock.now + 1)))::text, 'running',
      $3::bigint, $4, clock.now
    from (select doorbell.now_ms($5::bigint) as now) clock returning *`,
  find: 'select * from doorbell.resend_job where id = $1',
  list: `select * from doorbell.resend_job where started_by = coalesce($2::text, started_by)
    order by started_at desc, id desc limit $1::int`,
  // One worker runs a job, and another takes it up when that one is gone.
  claim: `with clock as materialized (select doorbell.now_ms($1::bigint) as now)
    update doorbell.resend_job j set lease_until = clock.now + $2::bigint from clock
    where j.id = (select f.id from doorbell.resend_job f where f.state = 'running' and f.lease_until <= clock.now
      order by f.lease_until limit 1 for update skip locked) returning j.*`,
  step: `update doorbell.resend_job set done = $2::bigint, cursor = $3,
      lease_until = doorbell.now_ms($4::bigint) + $5::bigint
    where id = $1 and state = 'running' and done = $6::bigint and cursor is not distinct from $7::text returning id`,
  addResent: 'update doorbell.resend_job set resent = resent + $2::bigint where id = $1',
  end: `update doorbell.resend_job set state = $2, ended_at = doorbell.now_ms($3::bigint)
    where id = $1 and state = 'running'`,
} as const;

export type ResendJobs = Pick<
  StoreAdmin,
  'startResendJob' | 'findResendJob' | 'listResendJobs' | 'claimResendJob' | 'stepResendJob' | 'stopResendJob'
>;

export function createResendJobs({ database, givenNow }: StoreContext, audit: AuditLog): ResendJobs {
  async function findResendJob(jobId: string) {
    const [row] = await database.rows<ResendJobRow>(resendJobsSql.find, jobId);
    return row === undefined ? undefined : resendJobOf(row);
  }

  return {
    startResendJob: ({ id, filter, total, startedBy, alone }, by) =>
      database.transaction(async (session) => {
        if (alone) {
          await session.rows(resendJobsSql.lockStarter, startedBy);
          if ((await session.rows(resendJobsSql.runningOf, startedBy)).length > 0) return undefined;
        }
        const values = [id, JSON.stringify(filter), total, startedBy, givenNow()] as const;
        const [row] = await session.rows<ResendJobRow>(resendJobsSql.insert, ...values);
        await audit.record(session, by, 'resend.start', id, null, { ...filter, matches: total });
        return row === undefined ? undefined : resendJobOf(row);
      }),
    findResendJob,
    listResendJobs: async (limit, startedBy) =>
      (await database.rows<ResendJobRow>(resendJobsSql.list, limit, startedBy ?? null)).map(resendJobOf),
    async claimResendJob(leaseMs) {
      const [row] = await database.rows<ResendJobRow>(resendJobsSql.claim, givenNow(), leaseMs);
      return row === undefined ? undefined : resendJobOf(row);
    },
    stepResendJob: ({ id, done, cursor, from, resend }, leaseMs) =>
      database.transaction(async (session) => {
        const place = [id, done, cursor] as const;
        const before = [from.done, from.cursor] as const;
        const running = await session.rows(resendJobsSql.step, ...place, givenNow(), leaseMs, ...before);
        if (running.length === 0) return false;
        await session.rows(resendJobsSql.addResent, id, await reopenWithin(session, resend, givenNow()));
        if (cursor === null) await session.rows(resendJobsSql.end, id, 'done', givenNow());
        return true;
      }),
    async stopResendJob(jobId) {
      await database.rows(resendJobsSql.end, jobId, 'stopped', givenNow());
      return findResendJob(jobId);
    },
  };
}
