import type { EpochMs } from '../../ports.ts';
import {
  addCounts,
  type DeliveryCounts,
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
import type { GroupCommit } from './group-commit.ts';

const key = ['span_ms', 'endpoint_id', 'at'] as const;
const sums = countColumns.map((column) => `sum(${column}) ${column}`).join(', ');

export const rollupsSql: Readonly<
  Record<
    'add' | 'buckets' | 'sum' | 'retire' | 'events' | 'retireEvents' | 'oldestChange' | 'retireMinutes',
    string
  >
> = {
  add: `insert into rollup (${[...key, ...countColumns].join(', ')})
    values (${[...key, ...countColumns].map(() => '?').join(', ')})
    on conflict (${key.join(', ')}) do update set
      ${countColumns.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')}`,
  buckets: `select at / cast(?5 as integer) bucket, ${sums} from rollup
    where span_ms = ?1 and endpoint_id = ?2 and at >= ?3 and at < ?4 group by bucket`,
  sum: `select count(*) n, ${sums} from rollup
    where span_ms = ?1 and endpoint_id = ?2 and at >= ?3 and at < ?4`,
  retire: `delete from rollup where (span_ms, endpoint_id, at) in (
    select span_ms, endpoint_id, at from rollup where span_ms = ?1 and endpoint_id = ?2 and at < ?3 limit ?4 + 0)`,
  events: `select at, kind, detail from endpoint_event
    where endpoint_id = ? and at >= ? and at < ? order by at desc, id desc limit ?`,
  retireEvents: `delete from endpoint_event where id in (
    select id from endpoint_event where endpoint_id = ?1 and at < ?2 limit ?3 + 0)`,
  oldestChange: `select created_at at from change indexed by change_by_time where created_at > 0
    order by created_at limit 1`,
  retireMinutes: `delete from settled_minute where (endpoint_id, minute) in (
    select endpoint_id, minute from settled_minute where endpoint_id = ?1 and minute < ?2 limit ?3 + 0)`,
};

export interface Rollups {
  add(rollups: readonly Rollup[]): void;
  list(request: RollupRequest): readonly RollupBucket[];
  sum(endpointIds: readonly string[], from: EpochMs, to: EpochMs): readonly EndpointCounts[];
  /** Several transactions, each of some milliseconds. */
  retire(): Promise<void>;
  listEvents(endpointId: string, from: EpochMs, to: EpochMs, limit: number): readonly EndpointEvent[];
}

/** Rows that go in one transaction, and endpoints that one looks at. */
const retiredAtOnceMax = 1_000;
const endpointsAtOnceMax = 250;

export function createRollups({ connection, endpoints, now }: StoreContext, commits: GroupCommit): Rollups {
  const add = connection.prepare(rollupsSql.add);
  const listBuckets = connection.prepare<CountsRow & { bucket: number }>(rollupsSql.buckets);
  const sum = connection.prepare<CountsRow & { n: number }>(rollupsSql.sum);
  const retire = connection.prepare(rollupsSql.retire);
  const listEvents = connection.prepare<EndpointEvent>(rollupsSql.events);
  const findOldestChange = connection.prepare<{ at: EpochMs }>(rollupsSql.oldestChange);
  const retireMinutes = connection.prepare(rollupsSql.retireMinutes);
  const retireEvents = connection.prepare(rollupsSql.retireEvents);

  /** Returns how many went: less than `retiredAtOnceMax` when nothing old is left of the endpoint. */
  function retireOf(endpointId: string, at: EpochMs, oldestMinute: number): number {
    let left = retiredAtOnceMax;
    left -= retire.change(minuteMs, endpointId, at - rollupsKeptMs.minutes, left);
    left -= retire.change(hourMs, endpointId, at - rollupsKeptMs.hours, left);
    left -= retireMinutes.change(endpointId, oldestMinute, left);
    left -= retireEvents.change(endpointId, at - rollupsKeptMs.hours, left);
    return retiredAtOnceMax - left;
  }

  return {
    add(rollups) {
      for (const { key: row, counts } of rollupRows(rollups)) {
        add.run(row.span_ms, row.endpoint_id, row.at, ...countsOf(counts));
      }
    },
    list({ endpointIds = [allEndpoints], from, to, bucketMs }) {
      const buckets = new Map<EpochMs, DeliveryCounts>();
      for (const endpointId of endpointIds) {
        for (const row of listBuckets.all(spanOf(bucketMs), endpointId, from, to, bucketMs)) {
          const at = row.bucket * bucketMs;
          const before = buckets.get(at);
          const counts = countsOfRow(row);
          buckets.set(at, before === undefined ? counts : addCounts(before, counts));
        }
      }
      return [...buckets].map(([at, counts]) => ({ at, ...counts })).sort((a, b) => a.at - b.at);
    },
    sum: (endpointIds, from, to) =>
      endpointIds.flatMap((endpointId) => {
        const row = sum.get(minuteMs, endpointId, from, to);
        return row === undefined || row.n === 0 ? [] : [{ endpointId, ...countsOfRow(row) }];
      }),
    async retire() {
      const at = now();
      const oldestMinute = Math.floor((findOldestChange.get()?.at ?? 0) / minuteMs);
      const left = [allEndpoints, ...endpoints.list().map(({ id }) => id)];
      while (left.length > 0) {
        await commits.write(() => {
          let gone = 0;
          for (let seen = 0; seen < endpointsAtOnceMax && gone < retiredAtOnceMax; seen += 1) {
            const endpointId = left.at(-1);
            if (endpointId === undefined) return;
            const part = retireOf(endpointId, at, oldestMinute);
            if (part < retiredAtOnceMax) left.pop();
            gone += part;
          }
        });
      }
    },
    listEvents: (endpointId, from, to, limit) =>
      listEvents.all(endpointId, from, to, limit).map((row) => ({ ...row })),
  };
}
