import type { StoreAdmin } from '../../ports.ts';
import type { ResendJob } from '../../resend-job.ts';
import { type ResendJobRow, resendJobOf } from '../resend-job-row.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';
import type { GroupCommit } from './group-commit.ts';
import { createReopen } from './resend.ts';

export const resendJobsSql = {
  insert: `insert into resend_job (id, filter, state, total, started_by, started_at)
    values (?, ?, 'running', ?, ?, ?)`,
  // Few run at a time.
  runningOf: `select 1 from resend_job indexed by resend_job_running
    where state = 'running' and lease_until >= 0 and started_by = ? limit 1`,
  find: 'select * from resend_job where id = ?',
  list: `select * from resend_job indexed by resend_job_by_time where started_at > 0 and started_by = coalesce(?2, started_by)
    order by started_at desc, id desc limit ?1`,
  free: `select * from resend_job where state = 'running' and lease_until <= ? order by lease_until limit 1`,
  lease: 'update resend_job set lease_until = ?2 where id = ?1',
  step: `update resend_job set done = ?2, cursor = ?3, lease_until = ?4
    where id = ?1 and state = 'running' and done = ?5 and cursor is ?6`,
  addResent: 'update resend_job set resent = resent + ?2 where id = ?1',
  end: `update resend_job set state = ?2, ended_at = ?3 where id = ?1 and state = 'running'`,
} as const;

export type ResendJobs = Pick<
  StoreAdmin,
  'startResendJob' | 'findResendJob' | 'listResendJobs' | 'claimResendJob' | 'stepResendJob' | 'stopResendJob'
>;

export function createResendJobs(context: StoreContext, audit: AuditLog, commits: GroupCommit): ResendJobs {
  const { connection, now, leaseNow } = context;
  const reopen = createReopen(context);
  const insert = connection.prepare(resendJobsSql.insert);
  const findRunningOf = connection.prepare(resendJobsSql.runningOf);
  const findRow = connection.prepare<ResendJobRow>(resendJobsSql.find);
  const list = connection.prepare<ResendJobRow>(resendJobsSql.list);
  const findFree = connection.prepare<ResendJobRow>(resendJobsSql.free);
  const lease = connection.prepare(resendJobsSql.lease);
  const step = connection.prepare(resendJobsSql.step);
  const addResent = connection.prepare(resendJobsSql.addResent);
  const end = connection.prepare(resendJobsSql.end);

  function find(jobId: string): ResendJob | undefined {
    const row = findRow.get(jobId);
    return row === undefined ? undefined : resendJobOf(row);
  }

  return {
    startResendJob: (draft, by) =>
      commits.write(() => {
        if (draft.alone && findRunningOf.get(draft.startedBy) !== undefined) return undefined;
        const at = now();
        const filter = { ...draft.filter, to: Math.min(draft.filter.to ?? at + 1, at + 1) };
        insert.run(draft.id, JSON.stringify(filter), draft.total, draft.startedBy, at);
        audit.record(by, 'resend.start', draft.id, null, { ...draft.filter, matches: draft.total });
        return find(draft.id);
      }),
    findResendJob: async (jobId) => find(jobId),
    listResendJobs: async (limit, startedBy) => list.all(limit, startedBy ?? null).map(resendJobOf),
    async claimResendJob(leaseMs) {
      // Nothing to do is the rule, and costs a read.
      if (findFree.get(leaseNow()) === undefined) return undefined;
      return commits.write(() => {
        const row = findFree.get(leaseNow());
        if (row === undefined) return undefined;
        lease.run(row.id, leaseNow() + leaseMs);
        return resendJobOf(row);
      });
    },
    stepResendJob: ({ id, done, cursor, from, resend }, leaseMs) =>
      commits.write(() => {
        const isRunning = step.change(id, done, cursor, leaseNow() + leaseMs, from.done, from.cursor) > 0;
        if (!isRunning) return false;
        const at = now();
        addResent.run(id, resend.filter((position) => reopen(position, position.onlyIf, at)).length);
        if (cursor === null) end.run(id, 'done', at);
        return true;
      }),
    stopResendJob: (jobId) =>
      commits.write(() => {
        end.run(jobId, 'stopped', now());
        return find(jobId);
      }),
  };
}
