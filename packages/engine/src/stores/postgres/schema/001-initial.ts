/**
 * The lane row is the queue, as in SQLite. Times are bigint milliseconds, not timestamptz: cursors, the wire and the
 * other store count so, and nothing is rounded on the way through JavaScript.
 *
 * There are no foreign keys among hot tables: each would lock and write the row it points to, so that all appends
 * of a customer would queue for its endpoints. The verbs write both sides in one transaction instead.
 * `doorbell.` stands for the schema that the store was opened with.
 */
export const initialSchema: string = `
create table doorbell.customer (
  id text collate "C" primary key,
  name text not null,
  on_illegal_transition text not null check (on_illegal_transition in ('flag', 'refuse'))
);

-- Keys are sealed by the vault. held_ms counts the time paused or with an open breaker, up to held_since.
create table doorbell.endpoint (
  id text collate "C" primary key,
  customer_id text collate "C" not null references doorbell.customer,
  url text not null,
  sign_key text,
  previous_sign_key text,
  previous_sign_key_until bigint,
  webhook_secret text,
  revision text not null,
  coalesce_policy text not null,
  on_give_up text not null,
  in_flight_max int not null,
  connect_timeout_ms int not null,
  total_timeout_ms int not null,
  retry_horizon_ms bigint not null,
  delivery_failed_url text,
  paused_at bigint,
  pause_reason text,
  pause_detail text,
  breaker_failures int not null default 0,
  breaker_opened_at bigint,
  breaker_probe_at bigint,
  breaker_ramp int,
  held_ms bigint not null default 0,
  held_since bigint,
  created_at bigint not null,
  updated_at bigint not null
) with (fillfactor = 60);
create index endpoint_by_customer on doorbell.endpoint (customer_id, id);

create table doorbell.task (
  id bigint generated always as identity primary key,
  customer_id text collate "C" not null,
  house_task_id text collate "C" not null,
  house_id text collate "C" not null,
  package_id text not null,
  user_id text not null,
  user_name text not null,
  state int not null,
  last_seq int not null,
  changed_at bigint not null,
  unique (house_task_id, customer_id)
) with (fillfactor = 80);
create index task_by_house on doorbell.task (house_id, changed_at, id);
create index task_by_state on doorbell.task (customer_id, state, changed_at, id);

-- The ledger: append-only, dense per task. extra is null for none.
create table doorbell.change (
  task_id bigint not null,
  seq int not null,
  customer_id text collate "C" not null,
  state int not null,
  transition text not null,
  house_id text collate "C" not null,
  package_id text not null,
  user_id text not null,
  user_name text not null,
  extra jsonb,
  event_id text collate "C",
  created_at bigint not null,
  primary key (task_id, seq)
);
create index change_by_time on doorbell.change (created_at, task_id, seq);
create index change_by_state on doorbell.change (customer_id, state, created_at, task_id, seq);
create unique index change_by_event on doorbell.change (task_id, event_id) where event_id is not null;

create function doorbell.refuse_rewriting() returns trigger language plpgsql as $$
  begin raise exception 'The ledger of changes is append-only.' using errcode = 'DBR02'; end $$;
create trigger change_is_append_only before update or delete on doorbell.change
  for each row execute function doorbell.refuse_rewriting();
create trigger change_is_not_truncated before truncate on doorbell.change
  execute function doorbell.refuse_rewriting();

-- A cursor into the task's changes. due_at is null when idle or parked; claimed_seq is what a lease is for;
-- reopened_seq is the lowest row of reopened, delivered before the head. No index holds lease_until or epoch, so a
-- claim is a HOT update; room in the pages and an eager autovacuum keep it one.
create table doorbell.lane (
  id bigint generated always as identity primary key,
  endpoint_id text collate "C" not null,
  task_id bigint not null,
  first_seq int not null,
  head_seq int not null,
  tail_seq int not null,
  reopened_seq int,
  due_at bigint,
  lease_until bigint not null default 0,
  claimed_seq int,
  claimed_at bigint,
  epoch bigint not null default 0,
  attempt int not null default 0,
  first_try_at bigint,
  held_ms_at_first_try bigint not null default 0,
  parked boolean not null default false,
  constraint lane_task_id_endpoint_id_key unique (task_id, endpoint_id),
  check (first_seq >= 1 and head_seq between first_seq and tail_seq + 1),
  check (not parked or head_seq <= tail_seq),
  check ((lease_until = 0) = (claimed_seq is null))
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0);
create index lane_due on doorbell.lane (endpoint_id, due_at, id) where due_at is not null;
create index lane_parked on doorbell.lane (endpoint_id) where parked;

-- What waits, for listing and counting; delivery itself looks at lanes only.
create table doorbell.pending (
  endpoint_id text collate "C" not null,
  created_at bigint not null,
  task_id bigint not null,
  seq int not null,
  lane_id bigint not null,
  state int not null,
  primary key (endpoint_id, created_at, task_id, seq, lane_id)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

-- Results other than delivered: 2 refused, 3 failed, 4 superseded. A plain delivery leaves only its attempt.
create table doorbell.closed (
  lane_id bigint not null,
  seq int not null,
  result int not null check (result in (2, 3, 4)),
  closed_at bigint not null,
  endpoint_id text collate "C" not null,
  created_at bigint not null,
  task_id bigint not null,
  state int not null,
  primary key (lane_id, seq)
);
create index closed_by_result on doorbell.closed (result, endpoint_id, created_at, task_id, seq, lane_id);

create table doorbell.reopened (
  lane_id bigint not null,
  seq int not null,
  primary key (lane_id, seq)
);

-- One table for now. Partitions by recorded_at come with retirement; the key must then hold recorded_at, too.
-- response_state is a float: an endpoint may answer with any integer, and none may fail the batch.
create table doorbell.attempt (
  lane_id bigint not null,
  seq int not null,
  epoch bigint not null,
  post int not null,
  attempt int not null,
  at bigint not null,
  duration_ms bigint not null,
  outcome text not null,
  reason text not null,
  detail text not null,
  url text not null,
  sign text,
  sign_key text check (sign_key in ('current', 'previous')),
  request_headers text not null,
  request_body text not null,
  http_status int,
  response_state double precision,
  response_body text,
  remote_address text,
  fenced boolean not null,
  recorded_at bigint not null,
  primary key (lane_id, seq, epoch, post)
);

create table doorbell.notice (
  id bigint generated always as identity primary key,
  endpoint_id text collate "C" not null,
  url text not null,
  fields json not null,
  due_at bigint,
  lease_until bigint not null default 0,
  epoch int not null default 0,
  attempt int not null default 0,
  detail text not null default '',
  created_at bigint not null,
  done_at bigint
);
create index notice_due on doorbell.notice (endpoint_id, due_at, id) where due_at is not null;

create table doorbell.api_key (
  id text collate "C" primary key,
  name text not null,
  hash text not null,
  created_at bigint not null
);

-- Milliseconds since 1970 by this server's clock; given, for tests and simulation, what is given.
create function doorbell.now_ms(given bigint) returns bigint language sql volatile as
  $$ select coalesce(given, (extract(epoch from clock_timestamp()) * 1000)::bigint) $$;
`;
