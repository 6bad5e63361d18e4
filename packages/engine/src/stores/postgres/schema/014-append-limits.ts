/**
 * What a producer records by SQL can be sent: the contract counts UTF-16 code units, so that a character beyond U+FFFF is
 * two, lets an extra parameter have 4,096 of them, and a form 64 fields and 65,536 bytes. Each refusal says what it is about.
 */
export const appendLimitsSchema: string = `
create or replace function doorbell.check_text(field text, value text, chars_min int, chars_max int) returns void
language plpgsql immutable as $$
declare
  chars int := char_length(value);
begin
  -- What is left without the first plane counts a second time.
  if chars * 2 > chars_max then chars := chars + char_length(regexp_replace(value, '[\\u0001-\\uffff]', '', 'g')); end if;
  if value is null or chars not between chars_min and chars_max then
    raise exception '% must have % to % characters', field, chars_min, chars_max using errcode = '22023',
      detail = case when value is null then 'It is null.' else format('It has %s UTF-16 code units.', chars) end;
  end if;
  if value ~ '[\\x01-\\x1f\\x7f]' then
    raise exception '% must not contain control characters', field using errcode = '22023';
  end if;
end $$;

-- Bytes of texts as a form has them: what need not be encoded is one byte, any other byte is three.
create function doorbell.form_bytes(texts text) returns int language sql immutable as $$
  select 3 * octet_length(texts) - 2 * char_length(regexp_replace(texts, '[^A-Za-z0-9*._ -]', '', 'g'));
$$;

create function doorbell.check_form(state int, texts text, extra jsonb) returns void language plpgsql immutable as $$
declare
  -- Six names, each with its equals sign and its ampersand, but for the first of those.
  bytes int := 57 + char_length(state::text);
  extras int := 0;
begin
  if extra is not null then
    select count(*) into extras from jsonb_object_keys(extra);
  end if;
  if extras > 58 then
    raise exception 'extra must have 58 parameters at most, not %', extras using errcode = '22023';
  end if;
  if 3 * (octet_length(texts) + coalesce(octet_length(extra::text), 0)) < 65000 then return; end if;
  bytes := bytes + doorbell.form_bytes(texts) + coalesce(
    (select sum(2 + doorbell.form_bytes(e.key) + doorbell.form_bytes(e.value)) from jsonb_each_text(extra) e), 0);
  if bytes > 65536 then
    raise exception 'the form would have % bytes, 65536 at most', bytes using errcode = '22023';
  end if;
end $$;

create or replace function doorbell.append_change(customer_id text, house_task_id text, state int, house_id text,
  package_id text, user_id text, user_name text, extra jsonb default '{}', event_id text default null) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  parameter record;
  sequence int;
begin
  if $1 is null then raise exception 'customer_id must be given' using errcode = '22023'; end if;
  if not exists (select 1 from doorbell.task_state s where s.code = $3) then
    raise exception 'state % is not a state that is notified', $3 using errcode = '22023',
      hint = (select 'It is one of ' || string_agg(s.code::text, ', ' order by s.code) from doorbell.task_state s);
  end if;
  perform doorbell.check_text('house_task_id', $2, 1, 32);
  perform doorbell.check_text('house_id', $4, 1, 64);
  perform doorbell.check_text('package_id', $5, 1, 128);
  perform doorbell.check_text('user_id', $6, 1, 32);
  perform doorbell.check_text('user_name', $7, 0, 4096);
  if $9 is not null then
    perform doorbell.check_text('event_id', $9, 1, 128);
    if $9 ~ '[\\u0080-\\u009f]' then
      raise exception 'event_id must not contain control characters' using errcode = '22023';
    end if;
  end if;
  if jsonb_typeof($8) <> 'object' then
    raise exception 'extra must be an object of texts, not %', jsonb_typeof($8) using errcode = '22023',
      hint = 'Such as {"cityId": "330100"}, or nothing at all.';
  end if;
  for parameter in select e.key, jsonb_typeof(e.value) as type, e.value #>> '{}' as value from jsonb_each($8) e loop
    if parameter.key !~ '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' or parameter.type <> 'string' or parameter.key in
        ('state', 'houseTaskId', 'houseId', 'packageId', 'userId', 'userName', 'timestamp', 'sign') then
      raise exception 'extra parameter % must have a name of its own and a text', parameter.key
        using errcode = '22023';
    end if;
    perform doorbell.check_text(parameter.key, parameter.value, 0, 4096);
  end loop;
  perform doorbell.check_form($3, concat($2, $4, $5, $6, $7), $8);
  select a.sequence into sequence from doorbell.append_changes(jsonb_build_array(jsonb_build_object('index', 0,
    'customerId', $1, 'houseTaskId', $2, 'state', $3, 'houseId', $4, 'packageId', $5, 'userId', $6, 'userName', $7,
    'extra', $8, 'eventId', $9)), null) a;
  return sequence;
end $$;
`;
