/**
 * What the overview and the health of endpoints are drawn from, so that no chart ever reads attempts. Every worker adds
 * to the same rows. Events are recorded by a trigger: whatever pauses an endpoint or moves its breaker is on record.
 */
export const rollupSchema: string = `
-- span_ms is a minute or an hour; endpoint_id is empty for the sum over all. latency_n: see latencyBoundsMs.
create table doorbell.rollup (
  span_ms int not null check (span_ms in (60000, 3600000)),
  endpoint_id text collate "C" not null,
  at bigint not null,
  delivered int not null, refused int not null, failed int not null, retried int not null,
  latency_0 int not null, latency_1 int not null, latency_2 int not null, latency_3 int not null,
  latency_4 int not null, latency_5 int not null, latency_6 int not null, latency_7 int not null,
  latency_8 int not null, latency_9 int not null, latency_10 int not null, latency_11 int not null,
  latency_12 int not null, latency_13 int not null, latency_14 int not null, latency_15 int not null,
  latency_16 int not null, latency_17 int not null, latency_18 int not null, latency_19 int not null,
  latency_20 int not null, latency_21 int not null, latency_22 int not null, latency_23 int not null,
  latency_24 int not null, latency_25 int not null, latency_26 int not null, latency_27 int not null,
  latency_28 int not null, latency_29 int not null, latency_30 int not null, latency_31 int not null,
  primary key (span_ms, endpoint_id, at)
) with (fillfactor = 60);

create table doorbell.endpoint_event (
  id bigint generated always as identity primary key,
  endpoint_id text collate "C" not null,
  at bigint not null,
  kind text not null check (kind in ('paused', 'resumed', 'breaker-opened', 'breaker-closed')),
  detail text not null
);
create index endpoint_event_by_time on doorbell.endpoint_event (endpoint_id, at, id);

create function doorbell.record_endpoint_event() returns trigger language plpgsql as $$
begin
  if old.paused_at is null and new.paused_at is not null then
    insert into doorbell.endpoint_event (endpoint_id, at, kind, detail)
      values (new.id, new.paused_at, 'paused', new.pause_reason || ': ' || coalesce(new.pause_detail, ''));
  end if;
  if old.breaker_opened_at is null and new.breaker_opened_at is not null then
    insert into doorbell.endpoint_event (endpoint_id, at, kind, detail)
      values (new.id, new.breaker_opened_at, 'breaker-opened', new.breaker_failures || ' failures in a row');
  end if;
  -- No column holds when a breaker closed; the time held tells, unless a pause goes on holding.
  if old.breaker_opened_at is not null and new.breaker_opened_at is null then
    insert into doorbell.endpoint_event (endpoint_id, at, kind, detail)
      values (new.id, case when new.held_since is null then old.held_since + new.held_ms - old.held_ms
        else greatest(new.updated_at, new.paused_at) end, 'breaker-closed', '');
  end if;
  if old.paused_at is not null and new.paused_at is null then
    insert into doorbell.endpoint_event (endpoint_id, at, kind, detail)
      values (new.id, new.updated_at, 'resumed', '');
  end if;
  return null;
end $$;
create trigger endpoint_events after update on doorbell.endpoint for each row
  when ((old.paused_at is null) <> (new.paused_at is null)
    or (old.breaker_opened_at is null) <> (new.breaker_opened_at is null))
  execute function doorbell.record_endpoint_event();
`;
