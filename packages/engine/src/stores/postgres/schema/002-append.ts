/**
 * Appending is a function in the database because producers in any language call it in transactions of their own.
 * Tasks are locked in the order of their ids, so that two batches cannot wait for each other; sequences are taken
 * under that lock, which makes them dense and puts them in the order of commits.
 */
export const appendSchema: string = `
-- The states that are notified and the steps between them: the tables of the contract.
create table doorbell.task_state (code int primary key);
insert into doorbell.task_state values
  (0), (9000), (10000), (20000), (30000), (40000), (45000), (50000), (51000), (52000);
create table doorbell.transition (from_state int, to_state int, primary key (from_state, to_state));
insert into doorbell.transition values
  (0, 10000), (0, 51000), (9000, 10000), (9000, 51000), (10000, 20000), (10000, 0),
  (20000, 30000), (20000, 50000), (20000, 52000), (30000, 40000), (30000, 52000),
  (40000, 45000), (40000, 50000), (40000, 52000), (45000, 50000), (45000, 40000), (45000, 52000),
  (50000, 51000), (52000, 51000), (52000, 10000), (52000, 30000), (52000, 40000);

create function doorbell.refuse_change(reason text, index int, message text) returns void language plpgsql as $$
begin
  raise exception '%', message using errcode = 'DBR01', detail = json_build_object('reason', reason, 'index', index);
end $$;

create function doorbell.lock_task(wanted_house_task text, wanted_customer text) returns doorbell.task
language plpgsql as $$
declare
  found_task doorbell.task;
begin
  select * into found_task from doorbell.task t
    where t.house_task_id = wanted_house_task and t.customer_id = wanted_customer for update;
  return found_task;
end $$;

-- Moves the lane of every endpoint of the customer; a parked lane stays parked, and one that is out or waits for its
-- retry keeps its time. Returns the number of endpoints.
create function doorbell.move_lanes(task_id bigint, seq int, customer_id text, state int, created_at bigint, due bigint)
returns int language plpgsql as $$
declare
  moved_lanes int;
begin
  with moved as (
    insert into doorbell.lane as l (endpoint_id, task_id, first_seq, head_seq, tail_seq, due_at)
      select e.id, $1, $2, $2, $2, $6 from doorbell.endpoint e where e.customer_id = $3 order by e.id
    on conflict on constraint lane_task_id_endpoint_id_key do update set tail_seq = excluded.tail_seq,
      due_at = case when l.parked then l.due_at else coalesce(l.due_at, excluded.due_at) end
    returning l.id, l.endpoint_id
  )
  insert into doorbell.pending (endpoint_id, created_at, task_id, seq, lane_id, state)
    select m.endpoint_id, $5, $1, $2, m.id, $4 from moved m;
  get diagnostics moved_lanes = row_count;
  return moved_lanes;
end $$;

-- Each change: {index, customerId, houseTaskId, houseId, packageId, userId, userName, state, extra, eventId}.
create function doorbell.append_changes(changes jsonb, given_now bigint)
returns table (index int, sequence int, transition text, created_at bigint, endpoints int)
language plpgsql set enable_seqscan = off as $$
#variable_conflict use_column
declare
  item record;
  policy text;
  task doorbell.task;
  earlier doorbell.change;
  extras jsonb;
begin
  for item in
    select * from jsonb_to_recordset(changes) as c (index int, "customerId" text, "houseTaskId" text, "houseId" text,
      "packageId" text, "userId" text, "userName" text, state int, extra jsonb, "eventId" text)
    order by c."houseTaskId" collate "C", c."customerId" collate "C", c.index
  loop
    index := item.index;
    extras := nullif(item.extra, '{}'::jsonb);
    select c.on_illegal_transition into policy from doorbell.customer c where c.id = item."customerId";
    if not found then
      perform doorbell.refuse_change('unknown-customer', item.index,
        format('There is no customer %s.', to_json(item."customerId")));
    end if;

    task := doorbell.lock_task(item."houseTaskId", item."customerId");
    transition := 'first';
    if task.id is null then
      created_at := doorbell.now_ms(given_now);
      insert into doorbell.task (customer_id, house_task_id, house_id, package_id, user_id, user_name, state,
          last_seq, changed_at)
        values (item."customerId", item."houseTaskId", item."houseId", item."packageId", item."userId",
          item."userName", item.state, 1, created_at)
        on conflict (house_task_id, customer_id) do nothing returning * into task;
      sequence := 1;
      -- Another transaction was first, and has committed.
      if task.id is null then
        task := doorbell.lock_task(item."houseTaskId", item."customerId");
        transition := null;
      end if;
    else
      transition := null;
    end if;

    if transition is null then
      if item."eventId" is not null then
        select * into earlier from doorbell.change c where c.task_id = task.id and c.event_id = item."eventId";
        if found then
          if (earlier.state, earlier.house_id, earlier.package_id, earlier.user_id, earlier.user_name)
              is distinct from (item.state, item."houseId", item."packageId", item."userId", item."userName")
              or earlier.extra is distinct from extras then
            perform doorbell.refuse_change('event-id-reused', item.index,
              format('Event %s of task %s is change %s, with other contents.', to_json(item."eventId"),
                to_json(item."houseTaskId"), earlier.seq));
          end if;
          sequence := earlier.seq;
          transition := earlier.transition;
          created_at := earlier.created_at;
          -- Lanes made since start after this change, so this counts those of the first time.
          select count(*) into endpoints from doorbell.lane l
            where l.task_id = task.id and l.first_seq <= earlier.seq;
          return next;
          continue;
        end if;
      end if;
      transition := case when exists (select 1 from doorbell.transition t
        where t.from_state = task.state and t.to_state = item.state) then 'legal' else 'illegal' end;
      if transition = 'illegal' and policy = 'refuse' then
        perform doorbell.refuse_change('illegal-transition', item.index,
          format('Task %s is in state %s; the contract knows no step from there to %s.',
            to_json(item."houseTaskId"), task.state, item.state));
      end if;
      sequence := task.last_seq + 1;
      -- Recorded time does not go back within a task, whatever the server's clock does.
      created_at := greatest(doorbell.now_ms(given_now), task.changed_at);
      update doorbell.task t set house_id = item."houseId", package_id = item."packageId", user_id = item."userId",
          user_name = item."userName", state = item.state, last_seq = sequence, changed_at = created_at
        where t.id = task.id;
    end if;

    insert into doorbell.change (task_id, seq, customer_id, state, transition, house_id, package_id, user_id,
        user_name, extra, event_id, created_at)
      values (task.id, sequence, item."customerId", item.state, transition, item."houseId", item."packageId",
        item."userId", item."userName", extras, item."eventId", created_at);
    endpoints := doorbell.move_lanes(task.id, sequence, item."customerId", item.state, created_at,
      doorbell.now_ms(given_now));
    return next;
  end loop;
end $$;

-- What the contract would not let onto the wire; code points stand in for the contract's UTF-16 units.
create function doorbell.check_text(field text, value text, chars_min int, chars_max int) returns void
language plpgsql immutable as $$
begin
  if value is null or char_length(value) not between chars_min and chars_max then
    raise exception '% must have % to % characters', field, chars_min, chars_max using errcode = '22023';
  end if;
  if value ~ '[\\x01-\\x1f\\x7f]' then
    raise exception '% must not contain control characters', field using errcode = '22023';
  end if;
end $$;

create function doorbell.append_change(customer_id text, house_task_id text, state int, house_id text, package_id text,
  user_id text, user_name text, extra jsonb default '{}', event_id text default null) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  parameter record;
  sequence int;
begin
  if not exists (select 1 from doorbell.task_state s where s.code = $3) then
    raise exception 'state % is not a state that is notified', $3 using errcode = '22023';
  end if;
  perform doorbell.check_text('house_task_id', $2, 1, 32);
  perform doorbell.check_text('house_id', $4, 1, 64);
  perform doorbell.check_text('package_id', $5, 1, 128);
  perform doorbell.check_text('user_id', $6, 1, 32);
  perform doorbell.check_text('user_name', $7, 0, 4096);
  if $9 is not null then perform doorbell.check_text('event_id', $9, 1, 128); end if;
  for parameter in select e.key, jsonb_typeof(e.value) as type, e.value #>> '{}' as value from jsonb_each($8) e loop
    if parameter.key !~ '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' or parameter.type <> 'string' or parameter.key in
        ('state', 'houseTaskId', 'houseId', 'packageId', 'userId', 'userName', 'timestamp', 'sign') then
      raise exception 'extra parameter % must have a name of its own and a text', parameter.key
        using errcode = '22023';
    end if;
    perform doorbell.check_text(parameter.key, parameter.value, 0, 16384);
  end loop;
  select a.sequence into sequence from doorbell.append_changes(jsonb_build_array(jsonb_build_object('index', 0,
    'customerId', $1, 'houseTaskId', $2, 'state', $3, 'houseId', $4, 'packageId', $5, 'userId', $6, 'userName', $7,
    'extra', $8, 'eventId', $9)), null) a;
  return sequence;
end $$;
revoke execute on function doorbell.append_change from public;
comment on function doorbell.append_change is
  'Records one change of state within the caller''s transaction and returns its sequence. Rolled back, it notifies '
  'nobody. A repeated event_id returns the first sequence. Raises DBR01 for an unknown customer, a refused transition '
  'or a reused event_id, 22023 for what the contract does not allow. Grant EXECUTE and USAGE on the schema to producers.';
`;
