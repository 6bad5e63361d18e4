/**
 * Attempts by day, so that old ones are dropped and not deleted. What was recorded so far, and whatever finds no day of
 * its own, is in `attempt_rest`. A partitioned key must hold recorded_at; the lock of the lane keeps attempts unique.
 */
export const retentionSchema: string = `
alter table doorbell.attempt rename to attempt_rest;
alter table doorbell.attempt_rest drop constraint attempt_pkey;
create table doorbell.attempt (like doorbell.attempt_rest including defaults including constraints)
  partition by range (recorded_at);
alter table doorbell.attempt add primary key (lane_id, seq, epoch, post, recorded_at);
alter table doorbell.attempt attach partition doorbell.attempt_rest default;
create index attempt_rest_by_time on doorbell.attempt_rest (recorded_at);

create index notice_done on doorbell.notice (done_at) where done_at is not null;

-- How far the walk over old changes has come, and when the next one is to begin.
create table doorbell.retirement (
  id int primary key check (id = 1),
  next_walk_at bigint not null,
  created_at bigint not null,
  task_id bigint not null,
  seq int not null
);
insert into doorbell.retirement values (1, 0, 0, 0, 0);

-- Retiring says so, within its own transaction; nothing else may take a change away.
create or replace function doorbell.refuse_rewriting() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('doorbell_ledger.retiring', true) = 'on' then return old; end if;
  raise exception 'The ledger of changes is append-only.' using errcode = 'DBR02';
end $$;
`;
