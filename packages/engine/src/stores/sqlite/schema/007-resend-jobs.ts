/** Resends of a filter, done in parts: a job goes on where it was, whichever process takes it up after a restart. */
export const resendJobSchema: string = `
create table resend_job (
  id text primary key,
  filter text not null,
  state text not null check (state in ('running', 'done', 'stopped')),
  total integer not null,
  done integer not null default 0,
  resent integer not null default 0,
  cursor text,
  started_by text not null,
  started_at integer not null,
  ended_at integer,
  lease_until integer not null default 0
) strict;
create index resend_job_by_time on resend_job (started_at, id);
create index resend_job_running on resend_job (lease_until) where state = 'running';
`;
