/**
 * Alerts, the channels they are sent to, and the messages on their way there. URL and secret of a channel are sealed. One
 * alert of a kind and endpoint holds at a time: the unique index sees to it, whichever process looks.
 */
export const alertSchema: string = `
create table alert (
  id integer primary key,
  kind text not null check (kind in ('endpoint-paused', 'breaker-open', 'backlog-age', 'refusals')),
  endpoint_id text not null,
  customer_id text not null,
  detail text not null,
  raised_at integer not null,
  cleared_at integer,
  acknowledged_at integer,
  acknowledged_by text
) strict;
create unique index alert_holds on alert (endpoint_id, kind) where cleared_at is null;
create index alert_uncleared on alert (id) where cleared_at is null;
create index alert_cleared on alert (cleared_at) where cleared_at is not null;

-- free_at: until then a process is sending to it, or it has had enough for now.
create table alert_channel (
  id text primary key,
  kind text not null check (kind in ('webhook', 'wecom', 'dingtalk', 'feishu')),
  url text not null,
  secret text,
  wants text not null,
  language text not null check (language in ('zh', 'en')),
  enabled integer not null check (enabled in (0, 1)),
  last_sent_at integer,
  last_failed_at integer,
  last_failure text,
  created_at integer not null,
  updated_at integer not null,
  free_at integer not null default 0,
  epoch integer not null default 0
) strict, without rowid;

create table alert_message (
  id integer primary key,
  alert_id integer not null references alert on delete cascade,
  channel_id text not null references alert_channel on delete cascade,
  event text not null check (event in ('raised', 'cleared')),
  queued_at integer not null,
  due_at integer,
  attempt integer not null default 0,
  done_at integer,
  outcome text check (outcome in ('sent', 'given-up', 'dropped')),
  unique (alert_id, channel_id, event),
  check ((due_at is null) = (outcome is not null))
) strict;
create index alert_message_due on alert_message (channel_id, id) where due_at is not null;
create index alert_message_of_channel on alert_message (channel_id);

create table alert_threshold (
  id integer primary key check (id = 1),
  backlog_age_ms integer not null,
  refusals_min integer not null,
  refusals_share real not null,
  refusals_window_ms integer not null
) strict;
`;
