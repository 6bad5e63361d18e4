const attemptColumns = `lane_id, seq, epoch, post, attempt, at, duration_ms, outcome, reason, detail, url, sign, sign_key,
  request_headers, request_body, http_status, response_state, response_body, remote_address, timings, fenced, recorded_at`;
const attemptRecord = `lane_id bigint, seq int, epoch bigint, post int, attempt int, at bigint, duration_ms bigint,
  outcome text, reason text, detail text, url text, sign text, sign_key text, request_headers text, request_body text,
  http_status int, response_state double precision, response_body text, remote_address text, timings text,
  fenced boolean`;

/**
 * The statements of `settle`: one locks and reads a batch of lanes, one writes all that follows from it. The key of an
 * attempt is not unique to the database, which keeps attempts by day; the lock of its lane makes it so.
 */
export const settleSql: Readonly<
  Record<'lock' | 'nextReopened' | 'write' | 'dropLost' | 'writeLate' | 'waitAMoment', string>
> = {
  // Skips what someone else has locked, in the order of ids: a producer's long transaction delays one lane, not all.
  lock: `with locked as materialized (
      select * from doorbell.lane l where l.id = any($1::bigint[]) order by l.id for update skip locked)
    -- Not "exists": that was planned as a hash of all lanes there are.
    select clock.now, l.id is not null or (select true from doorbell.lane x where x.id = w.lane_id) is true as known,
      l.id, l.endpoint_id, l.task_id, l.head_seq, l.tail_seq, l.reopened_seq, l.epoch, l.attempt, l.first_try_at,
      l.claimed_seq, l.claimed_at, l.parked, c.created_at, c.state
    from unnest($1::bigint[], $2::int[]) with ordinality w (lane_id, seq, ord)
      cross join (select doorbell.now_ms($3::bigint) as now offset 0) clock
      left join locked l on l.id = w.lane_id
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
      where l.id = any(array(select (x->>'lane_id')::bigint from json_array_elements($1::json) x)) and l.id = m.lane_id),
    results as materialized (
      select * from json_to_recordset($3::json) as r (lane_id bigint, endpoint_id text, created_at bigint,
        task_id bigint, seq int, state int, result int)),
    dropped as (
      delete from doorbell.pending p using results r
      where (p.endpoint_id, p.created_at, p.task_id, p.seq, p.lane_id)
        = (r.endpoint_id, r.created_at, r.task_id, r.seq, r.lane_id)),
    back as (
      delete from doorbell.reopened o using results r where (o.lane_id, o.seq) = (r.lane_id, r.seq)),
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
