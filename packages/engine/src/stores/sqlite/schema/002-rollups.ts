/**
 * What the overview and the health of endpoints are drawn from, so that no chart ever reads attempts. Events are
 * recorded by triggers: whatever pauses an endpoint or moves its breaker, in whichever process, is on record with it.
 */
export const rollupSchema: string = `
-- span_ms is a minute or an hour; endpoint_id is empty for the sum over all. latency_n: see latencyBoundsMs.
create table rollup (
  span_ms integer not null check (span_ms in (60000, 3600000)),
  endpoint_id text not null,
  at integer not null,
  delivered integer not null, refused integer not null, failed integer not null, retried integer not null,
  latency_0 integer not null, latency_1 integer not null, latency_2 integer not null,
  latency_3 integer not null, latency_4 integer not null, latency_5 integer not null,
  latency_6 integer not null, latency_7 integer not null, latency_8 integer not null,
  latency_9 integer not null, latency_10 integer not null, latency_11 integer not null,
  latency_12 integer not null, latency_13 integer not null, latency_14 integer not null,
  latency_15 integer not null, latency_16 integer not null, latency_17 integer not null,
  latency_18 integer not null, latency_19 integer not null, latency_20 integer not null,
  latency_21 integer not null, latency_22 integer not null, latency_23 integer not null,
  latency_24 integer not null, latency_25 integer not null, latency_26 integer not null,
  latency_27 integer not null, latency_28 integer not null, latency_29 integer not null,
  latency_30 integer not null, latency_31 integer not null,
  primary key (span_ms, endpoint_id, at)
) strict, without rowid;

create table endpoint_event (
  id integer primary key,
  endpoint_id text not null,
  at integer not null,
  kind text not null check (kind in ('paused', 'resumed', 'breaker-opened', 'breaker-closed')),
  detail text not null
) strict;
create index endpoint_event_by_time on endpoint_event (endpoint_id, at, id);

create trigger endpoint_is_paused after update of paused_at on endpoint
  when old.paused_at is null and new.paused_at is not null
  begin
    insert into endpoint_event (endpoint_id, at, kind, detail)
      values (new.id, new.paused_at, 'paused', new.pause_reason || ': ' || coalesce(new.pause_detail, ''));
  end;
create trigger endpoint_is_resumed after update of paused_at on endpoint
  when old.paused_at is not null and new.paused_at is null
  begin
    insert into endpoint_event (endpoint_id, at, kind, detail) values (new.id, new.updated_at, 'resumed', '');
  end;
create trigger breaker_is_opened after update of breaker_opened_at on endpoint
  when old.breaker_opened_at is null and new.breaker_opened_at is not null
  begin
    insert into endpoint_event (endpoint_id, at, kind, detail)
      values (new.id, new.breaker_opened_at, 'breaker-opened', new.breaker_failures || ' failures in a row');
  end;
-- No column holds when a breaker closed; the time held tells, unless a pause goes on holding.
create trigger breaker_is_closed after update of breaker_opened_at on endpoint
  when old.breaker_opened_at is not null and new.breaker_opened_at is null
  begin
    insert into endpoint_event (endpoint_id, at, kind, detail)
      values (new.id, case when new.held_since is null then old.held_since + new.held_ms - old.held_ms
        else max(new.updated_at, coalesce(new.paused_at, 0)) end, 'breaker-closed', '');
  end;
`;
