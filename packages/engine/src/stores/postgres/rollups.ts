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
  retire: `delete from doorbell.rollup r using (select '' as id union all select id from doorbell.endpoint) e
    where r.span_ms = $1::int and r.endpoint_id = e.id and r.at < doorbell.now_ms($2::bigint) - $3::bigint`,
  events: `select at, kind, detail from doorbell.endpoint_event
    where endpoint_id = $1 and at >= $2::bigint and at < $3::bigint order by at desc, id desc limit $4::int`,
  retireMinutes: `delete from doorbell.settled_minute s using doorbell.endpoint e where s.endpoint_id = e.id
    and s.minute < (select c.created_at / 60000 from doorbell.change c order by c.created_at limit 1)`,
  retireEvents: 'delete from doorbell.endpoint_event where at < doorbell.now_ms($1::bigint) - $2::bigint',
};

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
  await database.rows(rollupsSql.retire, minuteMs, givenNow(), rollupsKeptMs.minutes);
  await database.rows(rollupsSql.retire, hourMs, givenNow(), rollupsKeptMs.hours);
  await database.rows(rollupsSql.retireMinutes);
  await database.rows(rollupsSql.retireEvents, givenNow(), rollupsKeptMs.hours);
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
