/** Lets the oldest changes go, and nothing but the verb that retires them. */
export const retentionSchema: string = `
-- How far the walks over old attempts and changes have come, and when the next ones are to begin.
create table retirement (
  id integer primary key check (id = 1),
  retiring integer not null,
  next_walk_at integer not null,
  attempt_id integer not null,
  created_at integer not null,
  task_id integer not null,
  seq integer not null
) strict;
insert into retirement values (1, 0, 0, 0, 0, 0, 0);
create index notice_done on notice (done_at) where done_at is not null;

drop trigger change_is_append_only_delete;
create trigger change_is_append_only_delete before delete on change
  when (select retiring from retirement where id = 1) = 0
  begin select raise(abort, 'The ledger of changes is append-only.'); end;
`;
