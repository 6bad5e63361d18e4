/**
 * In which minutes something of an endpoint was recorded that has been settled since: a list of what was delivered skips
 * the rest, however much waits there. Exact, because a trigger writes it with the settlement; a minute costs one row.
 */
export const settledMinutesSchema: string = `
create table doorbell.settled_minute (
  endpoint_id text collate "C" not null,
  minute bigint not null,
  primary key (endpoint_id, minute)
);
-- In order, so that two batches cannot wait for each other.
create function doorbell.record_settled_minutes() returns trigger language plpgsql as $$
begin
  insert into doorbell.settled_minute (endpoint_id, minute)
    select distinct g.endpoint_id, g.created_at / 60000 as minute from gone g order by 1, 2
    on conflict do nothing;
  return null;
end $$;
create trigger pending_is_settled after delete on doorbell.pending referencing old table as gone
  for each statement execute function doorbell.record_settled_minutes();
-- Of what is there already all minutes, which is too many and therefore right.
insert into doorbell.settled_minute (endpoint_id, minute)
  select e.id, m.minute from (select distinct customer_id, created_at / 60000 as minute from doorbell.change) m
    join doorbell.endpoint e on e.customer_id = m.customer_id;
`;
