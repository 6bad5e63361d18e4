import type { EpochMs } from '../../ports.ts';
import {
  type EndpointCounts,
  type EndpointEvent,
  hourMs,
  minuteMs,
  type Rollup,
  type RollupBucket,
  type RollupRequest,
  rollupsKeptMs,
} from '../../rollup.ts';
import {
  allEndpoints,
  type CountsRow,
  countColumns,
  countsOf,
  countsOfRow,
  rollupRows,
  spanOf,
} from '../rollup-row.ts';
import type { StoreContext } from './context.ts';
import { toRows } from './database.ts';

const key = ['span_ms', 'endpoint_id', 'at'] as const;
const sums = countColumns.map((column) => `sum(r.${column})::bigint as ${column}`).join(', ');
/**
 * A part of what is old, found by its key for each endpoint: after some days without a worker there are millions. Answers
 * with how many went.
 */
const retirePart = (table: string, keys: readonly string[], isOld: string): string => {
  const keyOf = (alias: string) => keys.map((name) => `${alias}.${name}`).join(', ');
  return `with old as materialized (
      select ${keyOf('o')} from (select '' as id union all select id from doorbell.endpoint) e cross join lateral (
        select ${keyOf('t')} from doorbell.${table} t where t.endpoint_id = e.id and ${isOld}
        limit $1::int) o limit $1::int),
    gone as (delete from doorbell.${table} t using old where (${keyOf('t')}) = (${keyOf('old')}) returning 1)
    select count(*) as n from gone`;
};
const added = countColumns.map((column) => `${column} = r.${column} + excluded.${column}`).join(', ');

export const rollupsSql: Readonly<
  Record<'add' | 'buckets' | 'sum' | 'retire' | 'events' | 'retireEvents' | 'retireMinutes', string>
> = {
  // In the order of the key, so that two workers that add to the same rows cannot wait for each other.
  add: `insert into doorbell.rollup as r (${[...key, ...countColumns].join(', ')})
    select ${[...key, ...countColumns].map((column) => `x.${column}`).join(', ')}
    from json_to_recordset($1::json) as x (span_ms int, endpoint_id text, at bigint,
      ${countColumns.map((column) => `${column} int`).join(', ')})
    order by x.span_ms, x.endpoint_id collate "C", x.at
    on conflict (span_ms, endpoint_id, at) do update set ${added}`,
  buckets: `select r.at / $5::bigint * $5::bigint as bucket, ${sums} from doorbell.rollup r
    where r.span_ms = $1::int and r.endpoint_id = any($2::text[]) and r.at >= $3::bigint and r.at < $4::bigint
    group by 1 order by 1`,
  sum: `select r.endpoint_id, ${sums} from doorbell.rollup r
    where r.span_ms = $1::int and r.endpoint_id = any($2::text[]) and r.at >= $3::bigint and r.at < $4::bigint
    group by r.endpoint_id order by r.endpoint_id`,
  retire: retirePart(
    'rollup',
    key,
    't.span_ms = $2::int and t.at < doorbell.now_ms($3::bigint) - $4::bigint',
  ),
  events: `select at, kind, detail from doorbell.endpoint_event
    where endpoint_id = $1 and at >= $2::bigint and at < $3::bigint order by at desc, id desc limit $4::int`,
  retireMinutes: retirePart(
    'settled_minute',
    ['endpoint_id', 'minute'],
    't.minute < (select c.created_at / 60000 from doorbell.change c order by c.created_at limit 1)',
  ),
  retireEvents: retirePart('endpoint_event', ['id'], 't.at < doorbell.now_ms($2::bigint) - $3::bigint'),
};

/** Rows that go in one transaction. */
const retiredAtOnceMax = 5_000;

export async function addRollups({ database }: StoreContext, rollups: readonly Rollup[]): Promise<void> {
  if (rollups.length === 0) return;
  const rows = rollupRows(rollups).map(({ key: row, counts }) => {
    const values = countsOf(counts);
    return { ...row, ...Object.fromEntries(countColumns.map((column, index) => [column, values[index]])) };
  });
  await database.rows(rollupsSql.add, toRows(rows));
}

export async function listRollups(
  { database }: StoreContext,
  { endpointIds = [allEndpoints], from, to, bucketMs }: RollupRequest,
): Promise<readonly RollupBucket[]> {
  const rows = await database.rows<CountsRow & { bucket: number }>(
    rollupsSql.buckets,
    spanOf(bucketMs),
    endpointIds,
    from,
    to,
    bucketMs,
  );
  return rows.map((row) => ({ at: row.bucket, ...countsOfRow(row) }));
}

export async function sumRollups(
  { database }: StoreContext,
  endpointIds: readonly string[],
  from: EpochMs,
  to: EpochMs,
): Promise<readonly EndpointCounts[]> {
  const rows = await database.rows<CountsRow & { endpoint_id: string }>(
    rollupsSql.sum,
    minuteMs,
    endpointIds,
    from,
    to,
  );
  return rows.map((row) => ({ endpointId: row.endpoint_id, ...countsOfRow(row) }));
}

export async function retireRollups({ database, givenNow }: StoreContext): Promise<void> {
  const retire = async (sql: string, ...parameters: readonly unknown[]) => {
    for (let gone = retiredAtOnceMax; gone === retiredAtOnceMax; ) {
      const [part] = await database.transaction(
        (session) => session.rows<{ n: number }>(sql, retiredAtOnceMax, ...parameters),
        { byIndex: true },
      );
      gone = part?.n ?? 0;
    }
  };
  await retire(rollupsSql.retire, minuteMs, givenNow(), rollupsKeptMs.minutes);
  await retire(rollupsSql.retire, hourMs, givenNow(), rollupsKeptMs.hours);
  await retire(rollupsSql.retireMinutes);
  await retire(rollupsSql.retireEvents, givenNow(), rollupsKeptMs.hours);
}

export async function listEndpointEvents(
  { database }: StoreContext,
  endpointId: string,
  from: EpochMs,
  to: EpochMs,
  limit: number,
): Promise<readonly EndpointEvent[]> {
  return database.rows<EndpointEvent>(rollupsSql.events, endpointId, from, to, limit);
}
