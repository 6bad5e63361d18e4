/**
 * Alerts, the channels they are sent to, and the messages on their way there. URL and secret of a channel are sealed. One
 * alert of a kind and endpoint holds at a time: the unique index sees to it, whichever worker looks.
 */
export const alertSchema: string = `
create table doorbell.alert (
  id bigint generated always as identity primary key,
  kind text collate "C" not null check (kind in ('endpoint-paused', 'breaker-open', 'backlog-age', 'refusals')),
  endpoint_id text collate "C" not null,
  customer_id text collate "C" not null,
  detail text not null,
  raised_at bigint not null,
  cleared_at bigint,
  acknowledged_at bigint,
  acknowledged_by text
);
create unique index alert_holds on doorbell.alert (endpoint_id, kind) where cleared_at is null;
create index alert_uncleared on doorbell.alert (id) where cleared_at is null;
create index alert_cleared on doorbell.alert (cleared_at) where cleared_at is not null;

-- free_at: until then a process is sending to it, or it has had enough for now.
create table doorbell.alert_channel (
  id text collate "C" primary key,
  kind text not null check (kind in ('webhook', 'wecom', 'dingtalk', 'feishu')),
  url text not null,
  secret text,
  wants text not null,
  language text not null check (language in ('zh', 'en')),
  enabled boolean not null,
  last_sent_at bigint,
  last_failed_at bigint,
  last_failure text,
  created_at bigint not null,
  updated_at bigint not null,
  free_at bigint not null default 0,
  epoch int not null default 0
);

create table doorbell.alert_message (
  id bigint generated always as identity primary key,
  alert_id bigint not null references doorbell.alert on delete cascade,
  channel_id text collate "C" not null references doorbell.alert_channel on delete cascade,
  event text not null check (event in ('raised', 'cleared')),
  queued_at bigint not null,
  due_at bigint,
  attempt int not null default 0,
  done_at bigint,
  outcome text check (outcome in ('sent', 'given-up', 'dropped')),
  unique (alert_id, channel_id, event),
  check ((due_at is null) = (outcome is not null))
);
create index alert_message_due on doorbell.alert_message (channel_id, id) where due_at is not null;
create index alert_message_of_channel on doorbell.alert_message (channel_id);

create table doorbell.alert_threshold (
  id int primary key check (id = 1),
  backlog_age_ms bigint not null,
  refusals_min bigint not null,
  refusals_share double precision not null,
  refusals_window_ms bigint not null
);
`;
