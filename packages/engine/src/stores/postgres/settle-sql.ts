const attemptColumns = `lane_id, seq, epoch, post, attempt, at, duration_ms, outcome, reason, detail, url, sign, sign_key,
  request_headers, request_body, http_status, response_state, response_body, remote_address, timings, fenced, recorded_at`;
const attemptNames = attemptColumns
  .split(/,\s+/)
  .slice(0, -1)
  .map((column) => `a.${column}`)
  .join(', ');
const attemptRecord = `lane_id bigint, seq int, epoch bigint, post int, attempt int, at bigint, duration_ms bigint,
  outcome text, reason text, detail text, url text, sign text, sign_key text, request_headers text, request_body text,
  http_status int, response_state double precision, response_body text, remote_address text, timings text,
  fenced boolean`;

/**
 * The statements of `settle`: one settles what was delivered and changes nothing else; of the rest one locks and reads a
 * batch of lanes, and one writes all that follows from it. The key of an attempt is not unique to the database, which keeps
 * attempts by day; the lock of its lane makes it so. Rows are written by their ids or places, and never joined to a batch: a
 * table that was nearly empty when it was analyzed would be walked once for each row of it.
 */
export const settleSql: Readonly<
  Record<'plain' | 'lock' | 'nextReopened' | 'write' | 'dropLost' | 'writeLate' | 'waitAMoment', string>
> = {
  // Where `moveOf` has no choice: a head was delivered, nothing was reopened, and a success changes nothing of its
  // endpoint. What does not fit, is locked or fenced is not answered, and takes the other way. Looked up lane by lane,
  // since a join of two batches would compare each with each.
  plain: `with clock as materialized (select doorbell.now_ms($1::bigint) as now),
    well as materialized (
      select e.id from doorbell.endpoint e where e.id = any($2::text[])
        and e.breaker_failures = 0 and e.breaker_opened_at is null and e.breaker_ramp is null),
    told as materialized (select * from json_to_recordset($3::json) as a (${attemptRecord})),
    free as materialized (
      select p.place as waiting, a.*
      from told a cross join lateral (
          select x.task_id, x.endpoint_id from doorbell.lane x
          where x.id = a.lane_id and x.epoch = a.epoch and x.claimed_seq = a.seq and x.head_seq = a.seq
            and x.reopened_seq is null and not x.parked and x.endpoint_id = any(array(select w.id from well w))
          for update skip locked) l
        cross join lateral (
          select y.created_at from doorbell.change y where y.task_id = l.task_id and y.seq = a.seq offset 0) c
        left join lateral (
          select w.ctid as place from doorbell.pending w
          where (w.endpoint_id, w.created_at, w.task_id, w.seq, w.lane_id)
            = (l.endpoint_id, c.created_at, l.task_id, a.seq, a.lane_id) offset 0) p on true),
    moved as (
      update doorbell.lane l set head_seq = l.head_seq + 1,
        due_at = case when l.head_seq < l.tail_seq then (select now from clock) end, attempt = 0, first_try_at = null,
        lease_until = 0, claimed_seq = null, claimed_at = null
      where l.id = any(array(select f.lane_id from free f))),
    dropped as (
      delete from doorbell.pending p where p.ctid = any(array(select f.waiting from free f))),
    recorded as (
      insert into doorbell.attempt (${attemptColumns})
      select ${attemptNames}, clock.now from free a cross join clock)
    select f.lane_id from free f`,
  // Skips what someone else has locked: a producer's long transaction delays one lane, not all.
  lock: `-- Not "exists": that was planned as a hash of all lanes there are.
    select clock.now, l.id is not null or (select true from doorbell.lane x where x.id = w.lane_id) is true as known,
      l.id, l.endpoint_id, l.task_id, l.head_seq, l.tail_seq, l.reopened_seq, l.epoch, l.attempt, l.due_at,
      l.first_try_at, l.claimed_seq, l.claimed_at, l.parked, c.created_at, c.state
    from unnest($1::bigint[], $2::int[]) with ordinality w (lane_id, seq, ord)
      cross join (select doorbell.now_ms($3::bigint) as now offset 0) clock
      left join lateral (select * from doorbell.lane x where x.id = w.lane_id for update skip locked) l on true
      left join lateral (
        select x.created_at, x.state from doorbell.change x where x.task_id = l.task_id and x.seq = w.seq offset 0
      ) c on true
    order by w.ord`,
  nextReopened: `select w.lane_id, min(r.seq) as seq
    from unnest($1::bigint[], $2::int[]) w (lane_id, seq)
      join doorbell.reopened r on r.lane_id = w.lane_id and r.seq <> w.seq
    group by w.lane_id`,
  write: `with moved as (
      update doorbell.lane l set head_seq = m.head, reopened_seq = m.reopened, due_at = m.due_at, attempt = m.attempt,
        first_try_at = m.first_try_at, parked = m.parked, lease_until = 0, claimed_seq = null, claimed_at = null
      from json_to_recordset($1::json) as m (lane_id bigint, head int, reopened int, due_at bigint, attempt int,
        first_try_at bigint, parked boolean)
        cross join lateral (select x.ctid as place from doorbell.lane x where x.id = m.lane_id offset 0) x
      where l.ctid = x.place),
    results as materialized (
      select * from json_to_recordset($3::json) as r (lane_id bigint, endpoint_id text, created_at bigint,
        task_id bigint, seq int, state int, result int)),
    dropped as (
      delete from doorbell.pending p where p.ctid = any(array(
        select w.place from results r cross join lateral (
          select x.ctid as place from doorbell.pending x
          where (x.endpoint_id, x.created_at, x.task_id, x.seq, x.lane_id)
            = (r.endpoint_id, r.created_at, r.task_id, r.seq, r.lane_id) offset 0) w))),
    back as (
      delete from doorbell.reopened o where o.ctid = any(array(
        select w.place from results r cross join lateral (
          select x.ctid as place from doorbell.reopened x where (x.lane_id, x.seq) = (r.lane_id, r.seq) offset 0) w))),
    closing as (
      insert into doorbell.closed (lane_id, seq, result, closed_at, endpoint_id, created_at, task_id, state)
      select r.lane_id, r.seq, r.result, $5::bigint, r.endpoint_id, r.created_at, r.task_id, r.state
      from results r where r.result <> 1),
    noticed as (
      insert into doorbell.notice (endpoint_id, url, fields, due_at, created_at)
      select n."endpointId", n.url, n.fields, $5, $5
      from json_to_recordset($4::json) as n ("endpointId" text, url text, fields json))
    insert into doorbell.attempt (${attemptColumns})
    select a.*, $5 from json_to_recordset($2::json) as a (${attemptRecord})
    on conflict do nothing`,
  // What really happened replaces the record of a lost lease when it is told after all.
  dropLost: `delete from doorbell.attempt a using json_to_recordset($1::json) as k (${attemptRecord})
    where (a.lane_id, a.seq, a.epoch, a.post) = (k.lane_id, k.seq, k.epoch, k.post) and a.reason = 'lost'`,
  writeLate: `insert into doorbell.attempt (${attemptColumns})
    select k.*, $2::bigint from json_to_recordset($1::json) as k (${attemptRecord})
    where not exists (select 1 from doorbell.attempt a
      where (a.lane_id, a.seq, a.epoch, a.post) = (k.lane_id, k.seq, k.epoch, k.post))`,
  waitAMoment: `set local lock_timeout = '1s'`,
};
