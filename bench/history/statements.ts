import {
  changesPerTask,
  customerOfTask,
  type HistoryEndpoint,
  type HistoryShape,
  hash16OfTask,
  historyEndpoints,
  monthMs,
  stepMs,
} from './shape.ts';

/** Where the two databases do not read the same text. */
export interface Dialect {
  /** In front of the names of tables. */
  readonly schema: string;
  /** A table `numbers (n)` of 1 to `count`. */
  numbers(count: number): string;
  /** Takes ids that the database would have made itself. */
  readonly givenIds: string;
  readonly no: string;
}

/** Ways through the states of a task: the usual one, one whose upload fails first, one that is sent back, in thousandths. */
const paths = [
  { share: 10, states: [9000, 10000, 0, 10000, 20000, 50000, 51000] },
  { share: 1, states: [9000, 10000, 20000, 52000, 10000, 20000, 50000] },
  { share: 989, states: [9000, 10000, 20000, 30000, 40000, 45000, 50000] },
] as const;

/** Kept small enough to be written in minutes, and as long as real ones: some 600 bytes. */
const requestHeaders = JSON.stringify({
  'content-type': 'application/x-www-form-urlencoded',
  timestamp: '1793664000000',
  sign: 'd5680a902dd2de08cf2bf9df819ffb9d',
  'user-agent': 'Doorbell/0.1.0',
  'webhook-id': 'HT000000001.1',
  'webhook-timestamp': '1793664000',
  'doorbell-sequence': '1',
  'doorbell-attempt': '1',
});
const requestBody =
  'houseId=SH-PD-2021-000000001&houseTaskId=HT000000001&packageId=5f3c9a1e7b2d4c60000000001&state=50000&userId=u42&userName=%E6%91%84%E5%BD%B1%E5%B8%88';

function stateAt(seq: string, task: string): string {
  let from = 0;
  const cases = paths.map(({ share, states }) => {
    const to = from + share;
    const inPath = states.map((state, index) => `when ${index + 1} then ${state}`).join(' ');
    const text = `when ${task} % 1000 >= ${from} and ${task} % 1000 < ${to} then case ${seq} ${inPath} end`;
    from = to;
    return text;
  });
  return `case ${cases.join(' ')} end`;
}

function perEndpoint(column: string, numberOf: (endpoint: HistoryEndpoint) => number): string {
  const cases = historyEndpoints.map((endpoint) => `when '${endpoint.id}' then ${numberOf(endpoint)}`);
  return `case ${column} ${cases.join(' ')} end`;
}

/** Writes customers' tasks, changes, lanes and attempts; the endpoints are there already. In this order. */
export function historyStatements(
  { tasks, now }: HistoryShape,
  { schema, numbers, givenIds, no }: Dialect,
): readonly string[] {
  const born = `(${now - monthMs} + (n * ${monthMs}) / ${tasks + 1})`;
  const upTo = (count: number) => `with recursive ${numbers(count)}`;
  const day = 86_400_000;
  const pausedAt = ({ pausedForDays }: HistoryEndpoint) =>
    pausedForDays === undefined ? now + day : now - pausedForDays * day;
  const paused = historyEndpoints
    .filter(({ pausedForDays }) => pausedForDays !== undefined)
    .map(({ id }) => `'${id}'`)
    .join(', ');
  const start = perEndpoint('e.id', ({ ageDays }) => now - ageDays * day);
  const chance = `((l.id * 7919 + c.seq * 104729) % 1000)`;
  const result = `case when ${chance} < ${perEndpoint('l.endpoint_id', ({ refused }) => refused)} then 2
    when ${chance} < ${perEndpoint('l.endpoint_id', ({ refused, failed }) => refused + failed)} then 3
    when ${chance} < ${perEndpoint('l.endpoint_id', ({ refused, failed, superseded }) => refused + failed + superseded)} then 4
    else 1 end`;
  const changeOfLane = `${schema}lane l join ${schema}change c on c.task_id = l.task_id and c.seq >= l.first_seq`;
  return [
    `${upTo(tasks)} insert into ${schema}task (id, customer_id, house_task_id, house_id, package_id, user_id, user_name,
        state, last_seq, changed_at) ${givenIds}
      select n, 'c' || ${customerOfTask}, 'HT' || (100000000 + n), 'SH-PD-' || (100000000 + n / 2),
        '5f3c9a1e7b2d4c60' || n, 'u' || (n % 997), '摄影师' || (n % 97), 9000, last_seq, born + (last_seq - 1) * ${stepMs}
      from (select n, hash16, born, case when ${now} - born >= ${(changesPerTask - 1) * stepMs} then ${changesPerTask}
          else 1 + (${now} - born) / ${stepMs} end last_seq
        from (select n, ${hash16OfTask} hash16, ${born} born from numbers) t) t`,
    `${upTo(changesPerTask)} insert into ${schema}change (task_id, seq, customer_id, state, transition, house_id, package_id,
        user_id, user_name, created_at)
      select t.id, n, t.customer_id, ${stateAt('n', 't.id')}, case n when 1 then 'first' else 'legal' end, t.house_id,
        t.package_id, t.user_id, t.user_name, t.changed_at - (t.last_seq - n) * ${stepMs}
      from ${schema}task t cross join numbers where n <= t.last_seq order by t.id, n`,
    `insert into ${schema}lane (endpoint_id, task_id, first_seq, head_seq, tail_seq)
      select endpoint_id, task_id, first_seq, last_seq + 1, last_seq from (
        select e.id endpoint_id, t.id task_id, t.last_seq, (select min(c.seq) from ${schema}change c
          where c.task_id = t.id and c.created_at >= ${start}) first_seq
        from ${schema}task t join ${schema}endpoint e on e.customer_id = t.customer_id) l
      where first_seq is not null order by task_id, endpoint_id`,
    // Of a paused endpoint everything since waits, and of others the last of a few that are tried again.
    `update ${schema}lane set head_seq = coalesce(case when endpoint_id not in (${paused}) then tail_seq else (
        select min(c.seq) from ${schema}change c where c.task_id = lane.task_id and c.seq >= lane.first_seq
          and c.created_at >= ${perEndpoint('lane.endpoint_id', pausedAt)}) end, head_seq)
      where id % 2000 = 3 or endpoint_id in (${paused})`,
    `update ${schema}lane set due_at = ${now + day} where head_seq <= tail_seq`,
    `insert into ${schema}pending (endpoint_id, created_at, task_id, seq, lane_id, state)
      select l.endpoint_id, c.created_at, c.task_id, c.seq, l.id, c.state from ${changeOfLane} and c.seq >= l.head_seq
      where l.head_seq <= l.tail_seq order by 1, 2, 3, 4, 5`,
    `insert into ${schema}closed (lane_id, seq, result, closed_at, endpoint_id, created_at, task_id, state)
      select * from (select l.id, c.seq, ${result} result, c.created_at + 1000 closed_at, l.endpoint_id, c.created_at,
          c.task_id, c.state from ${changeOfLane} and c.seq < l.head_seq) s where result > 1 order by 1, 2`,
    `insert into ${schema}settled_minute (endpoint_id, minute)
      select distinct l.endpoint_id, c.created_at / 60000 from ${changeOfLane} and c.seq < l.head_seq order by 1, 2`,
    `insert into ${schema}attempt (lane_id, seq, epoch, post, attempt, at, duration_ms, outcome, reason, detail, url, sign,
        sign_key, request_headers, request_body, http_status, response_state, response_body, remote_address, fenced,
        recorded_at)
      select l.id, c.seq, c.seq, 1, 1, c.created_at + 20, 12,
        case result when 2 then 'refused' when 3 then 'retry' else 'accepted' end,
        case result when 2 then 'envelope-refused' when 3 then 'envelope-retry' else 'accepted' end, '',
        'https://customer.example/notify/' || l.endpoint_id, 'd5680a902dd2de08cf2bf9df819ffb9d', 'current',
        '${requestHeaders}', '${requestBody}', 200, case result when 2 then 403 when 3 then 500 else 200 end,
        '{"state": 200, "payload": "Success"}', '127.0.0.1', ${no}, c.created_at + 40
      from (select l.id lane_id, c.seq, ${result} result from ${changeOfLane} and c.seq < l.head_seq) s
        join ${schema}lane l on l.id = s.lane_id join ${schema}change c on c.task_id = l.task_id and c.seq = s.seq
      where result <> 4`,
    `update ${schema}endpoint set created_at = ${perEndpoint('id', ({ ageDays }) => now - ageDays * day)}`,
  ];
}
