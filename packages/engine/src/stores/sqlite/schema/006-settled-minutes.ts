/**
 * In which minutes something of an endpoint was recorded that has been settled since: a list of what was delivered skips
 * the rest, however much waits there. Exact, because a trigger writes it with the settlement; a minute costs one row.
 */
export const settledMinutesSchema: string = `
create table settled_minute (
  endpoint_id text not null,
  minute integer not null,
  primary key (endpoint_id, minute)
) strict, without rowid;
create trigger pending_is_settled after delete on pending
  begin
    insert or ignore into settled_minute (endpoint_id, minute) values (old.endpoint_id, old.created_at / 60000);
  end;
-- Of what is there already all minutes, which is too many and therefore right.
insert into settled_minute (endpoint_id, minute)
  select e.id, m.minute from (select distinct customer_id, created_at / 60000 minute from change) m
    join endpoint e on e.customer_id = m.customer_id;
`;
