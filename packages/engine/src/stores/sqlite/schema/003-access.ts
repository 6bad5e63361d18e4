/**
 * Who may come in, and the audit log. A row of the log is never changed, and removed only from the old end, after its
 * hash was noted as the place where verification begins: `retired_seq` and `retired_hash` of `audit_head`.
 */
export const accessSchema: string = `
-- A key from before there were scopes keeps what it could do: everything.
alter table api_key add column scopes text not null default 'append read operate admin';
alter table api_key add column last_used_at integer;
alter table api_key add column revoked_at integer;

create table user_account (
  name text primary key,
  role text not null check (role in ('admin', 'operator', 'viewer')),
  password_hash text not null,
  disabled integer not null check (disabled in (0, 1)),
  created_at integer not null,
  updated_at integer not null
) strict, without rowid;

create table portal_link (
  id text primary key,
  customer_id text not null references customer,
  hash text not null,
  created_at integer not null,
  expires_at integer not null,
  revoked_at integer
) strict, without rowid;

create table session (
  hash text primary key,
  user_name text references user_account,
  portal_link_id text references portal_link,
  created_at integer not null,
  last_seen_at integer not null,
  expires_at integer not null,
  check ((user_name is null) <> (portal_link_id is null))
) strict, without rowid;

create table audit (
  seq integer primary key,
  at integer not null,
  actor_kind text not null,
  actor_id text not null,
  address text,
  action text not null,
  target text not null,
  before text not null,
  after text not null,
  previous_hash text not null,
  hash text not null
) strict;

create table audit_head (
  id integer primary key check (id = 1),
  seq integer not null,
  hash text not null,
  retired_seq integer not null,
  retired_hash text not null
) strict;
insert into audit_head values
  (1, 0, '${'0'.repeat(64)}', 0, '${'0'.repeat(64)}');

create trigger audit_is_append_only_update before update on audit
  begin select raise(abort, 'The audit log is append-only.'); end;
create trigger audit_is_append_only_delete before delete on audit
  when old.seq > (select retired_seq from audit_head)
  begin select raise(abort, 'The audit log is append-only.'); end;
create trigger audit_head_moves_on before update on audit_head
  when new.seq < old.seq or new.retired_seq < old.retired_seq
    or (new.retired_seq = old.retired_seq and new.retired_hash <> old.retired_hash)
    or (new.retired_seq > old.retired_seq
      and not exists (select 1 from audit where seq = new.retired_seq and hash = new.retired_hash))
  begin select raise(abort, 'The audit log is append-only.'); end;
create trigger audit_head_stays before delete on audit_head
  begin select raise(abort, 'The audit log is append-only.'); end;
`;
