/**
 * The lane row is the queue: work is found by `lane_due`, never among changes. Times are integer milliseconds.
 * Indexes end in (created_at, task_id, seq, lane_id), the order in which notifications are listed.
 */
export const initialSchema: string = `
create table customer (
  id text primary key,
  name text not null,
  on_illegal_transition text not null check (on_illegal_transition in ('flag', 'refuse'))
) strict, without rowid;

-- Keys are sealed by the vault. held_ms counts the time paused or with an open breaker, up to held_since.
create table endpoint (
  id text primary key,
  customer_id text not null references customer,
  url text not null,
  sign_key text,
  previous_sign_key text,
  previous_sign_key_until integer,
  webhook_secret text,
  revision text not null,
  coalesce_policy text not null,
  on_give_up text not null,
  in_flight_max integer not null,
  connect_timeout_ms integer not null,
  total_timeout_ms integer not null,
  retry_horizon_ms integer not null,
  delivery_failed_url text,
  paused_at integer,
  pause_reason text,
  pause_detail text,
  breaker_failures integer not null default 0,
  breaker_opened_at integer,
  breaker_probe_at integer,
  breaker_ramp integer,
  held_ms integer not null default 0,
  held_since integer,
  created_at integer not null,
  updated_at integer not null
) strict, without rowid;
create index endpoint_by_customer on endpoint (customer_id);

create table task (
  id integer primary key,
  customer_id text not null references customer,
  house_task_id text not null,
  house_id text not null,
  package_id text not null,
  user_id text not null,
  user_name text not null,
  state integer not null,
  last_seq integer not null,
  changed_at integer not null,
  unique (house_task_id, customer_id)
) strict;
create index task_by_house on task (house_id);
create index task_by_state on task (customer_id, state, changed_at);

-- The ledger: append-only, dense per task. extra is JSON, null for none.
create table change (
  task_id integer not null references task,
  seq integer not null,
  customer_id text not null,
  state integer not null,
  transition text not null,
  house_id text not null,
  package_id text not null,
  user_id text not null,
  user_name text not null,
  extra text,
  event_id text,
  created_at integer not null,
  primary key (task_id, seq)
) strict, without rowid;
create index change_by_time on change (created_at, task_id, seq);
create index change_by_state on change (customer_id, state, created_at, task_id, seq);
create unique index change_by_event on change (task_id, event_id) where event_id is not null;
create trigger change_is_append_only_update before update on change
  begin select raise(abort, 'The ledger of changes is append-only.'); end;
create trigger change_is_append_only_delete before delete on change
  begin select raise(abort, 'The ledger of changes is append-only.'); end;

-- A cursor into the task's changes. due_at is null when idle or parked; claimed_seq is what a lease is for;
-- reopened_seq is the lowest row of reopened, delivered before the head.
create table lane (
  id integer primary key,
  endpoint_id text not null references endpoint,
  task_id integer not null references task,
  first_seq integer not null,
  head_seq integer not null,
  tail_seq integer not null,
  reopened_seq integer,
  due_at integer,
  lease_until integer not null default 0,
  claimed_seq integer,
  claimed_at integer,
  epoch integer not null default 0,
  attempt integer not null default 0,
  first_try_at integer,
  held_ms_at_first_try integer not null default 0,
  parked integer not null default 0,
  unique (task_id, endpoint_id),
  check (first_seq >= 1 and head_seq between first_seq and tail_seq + 1),
  check (parked = 0 or head_seq <= tail_seq),
  check ((lease_until = 0) = (claimed_seq is null))
) strict;
create index lane_due on lane (endpoint_id, due_at) where due_at is not null;
create index lane_parked on lane (endpoint_id) where parked = 1;

-- What waits, for listing and counting; delivery itself looks at lanes only.
create table pending (
  endpoint_id text not null,
  created_at integer not null,
  task_id integer not null,
  seq integer not null,
  lane_id integer not null,
  state integer not null,
  primary key (endpoint_id, created_at, task_id, seq, lane_id)
) strict, without rowid;

-- Results other than delivered: 2 refused, 3 failed, 4 superseded. A plain delivery leaves only its attempt.
create table closed (
  lane_id integer not null references lane,
  seq integer not null,
  result integer not null check (result in (2, 3, 4)),
  closed_at integer not null,
  endpoint_id text not null,
  created_at integer not null,
  task_id integer not null,
  state integer not null,
  primary key (lane_id, seq)
) strict, without rowid;
create index closed_by_result on closed (result, endpoint_id, created_at, task_id, seq, lane_id);

create table reopened (
  lane_id integer not null references lane,
  seq integer not null,
  primary key (lane_id, seq)
) strict, without rowid;

-- With rowid on purpose: rows of 1 to 2 KiB would spill to overflow pages in a table without.
create table attempt (
  lane_id integer not null references lane,
  seq integer not null,
  epoch integer not null,
  post integer not null,
  attempt integer not null,
  at integer not null,
  duration_ms integer not null,
  outcome text not null,
  reason text not null,
  detail text not null,
  url text not null,
  sign text,
  sign_key text check (sign_key in ('current', 'previous')),
  request_headers text not null,
  request_body text not null,
  http_status integer,
  response_state integer,
  response_body text,
  remote_address text,
  fenced integer not null,
  recorded_at integer not null
) strict;
create unique index attempt_by_position on attempt (lane_id, seq, epoch, post);

create table notice (
  id integer primary key,
  endpoint_id text not null references endpoint,
  url text not null,
  fields text not null,
  due_at integer,
  lease_until integer not null default 0,
  epoch integer not null default 0,
  attempt integer not null default 0,
  detail text not null default '',
  created_at integer not null,
  done_at integer
) strict;
create index notice_due on notice (endpoint_id, due_at, id) where due_at is not null;

create table api_key (
  id text primary key,
  name text not null,
  hash text not null,
  created_at integer not null
) strict, without rowid;
`;
