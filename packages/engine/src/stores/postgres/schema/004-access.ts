/**
 * Who may come in, and the audit log. A row of the log is never changed, and removed only from the old end, after its
 * hash was noted as the place where verification begins: `retired_seq` and `retired_hash` of `audit_head`. The one row
 * of `audit_head` is also the lock that gives the rows of all processes one order.
 */
export const accessSchema: string = `
-- A key from before there were scopes keeps what it could do: everything.
alter table doorbell.api_key add column scopes text not null default 'append read operate admin',
  add column last_used_at bigint, add column revoked_at bigint;

create table doorbell.user_account (
  name text collate "C" primary key,
  role text not null check (role in ('admin', 'operator', 'viewer')),
  password_hash text not null,
  disabled boolean not null,
  created_at bigint not null,
  updated_at bigint not null
);

create table doorbell.portal_link (
  id text collate "C" primary key,
  customer_id text collate "C" not null references doorbell.customer,
  hash text not null,
  created_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint
);

create table doorbell.session (
  hash text collate "C" primary key,
  user_name text collate "C" references doorbell.user_account,
  portal_link_id text collate "C" references doorbell.portal_link,
  created_at bigint not null,
  last_seen_at bigint not null,
  expires_at bigint not null,
  check ((user_name is null) <> (portal_link_id is null))
);

create table doorbell.audit (
  seq bigint primary key,
  at bigint not null,
  actor_kind text not null,
  actor_id text not null,
  address text,
  action text not null,
  target text not null,
  before text not null,
  after text not null,
  previous_hash text not null,
  hash text not null
);

create table doorbell.audit_head (
  id int primary key check (id = 1),
  seq bigint not null,
  hash text not null,
  retired_seq bigint not null,
  retired_hash text not null
);
insert into doorbell.audit_head values
  (1, 0, '${'0'.repeat(64)}', 0, '${'0'.repeat(64)}');

create function doorbell.guard_audit() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.seq <= (select h.retired_seq from doorbell.audit_head h) then
    return old;
  end if;
  raise exception 'The audit log is append-only.';
end $$;
create trigger audit_is_append_only before update or delete on doorbell.audit
  for each row execute function doorbell.guard_audit();

create function doorbell.guard_audit_head() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.seq >= old.seq and (
    (new.retired_seq = old.retired_seq and new.retired_hash = old.retired_hash)
    or (new.retired_seq > old.retired_seq and exists (
      select from doorbell.audit a where a.seq = new.retired_seq and a.hash = new.retired_hash))
  ) then
    return new;
  end if;
  raise exception 'The audit log is append-only.';
end $$;
create trigger audit_head_moves_on before update or delete on doorbell.audit_head
  for each row execute function doorbell.guard_audit_head();

create function doorbell.refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'The audit log is append-only.';
end $$;
create trigger audit_is_not_truncated before truncate on doorbell.audit
  for each statement execute function doorbell.refuse_truncate();
create trigger audit_head_is_not_truncated before truncate on doorbell.audit_head
  for each statement execute function doorbell.refuse_truncate();
`;
