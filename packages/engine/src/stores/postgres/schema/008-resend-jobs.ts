/** Resends of a filter, done in parts: a job goes on where it was, whichever process takes it up after a restart. */
export const resendJobSchema: string = `
create table doorbell.resend_job (
  id text primary key,
  filter text not null,
  state text not null check (state in ('running', 'done', 'stopped')),
  total bigint not null,
  done bigint not null default 0,
  resent bigint not null default 0,
  cursor text,
  started_by text not null,
  started_at bigint not null,
  ended_at bigint,
  lease_until bigint not null default 0
);
create index resend_job_by_time on doorbell.resend_job (started_at, id);
create index resend_job_running on doorbell.resend_job (lease_until) where state = 'running';
`;
