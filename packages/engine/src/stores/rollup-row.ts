import {
  addCounts,
  type DeliveryCounts,
  hourMs,
  latencyBoundsMs,
  minuteMs,
  noCounts,
  type Rollup,
} from '../rollup.ts';

/** Stands in `endpoint_id` for the sum over all endpoints, so that the overview reads one row for each minute. */
export const allEndpoints = '';

/** The columns that are added up: four sums, then a step of the latency each. */
export const countColumns: readonly string[] = [
  'delivered',
  'refused',
  'failed',
  'retried',
  ...noCounts.latency.map((_, step) => `latency_${step}`),
];

export interface RollupKey {
  readonly span_ms: number;
  readonly endpoint_id: string;
  readonly at: number;
}

export type CountsRow = Readonly<Record<string, number | string>>;

/** Each counts four times: for its minute and its hour, for its endpoint and for all. In the order of the key. */
export function rollupRows(
  rollups: readonly Rollup[],
): readonly { readonly key: RollupKey; readonly counts: DeliveryCounts }[] {
  const rows = new Map<string, { key: RollupKey; counts: DeliveryCounts }>();
  for (const rollup of rollups) {
    for (const spanMs of [minuteMs, hourMs]) {
      for (const endpointId of [rollup.endpointId, allEndpoints]) {
        const at = rollup.at - (rollup.at % spanMs);
        const name = `${spanMs}/${endpointId}/${at}`;
        const before = rows.get(name)?.counts ?? noCounts;
        const key = { span_ms: spanMs, endpoint_id: endpointId, at };
        rows.set(name, { key, counts: addCounts(before, rollup) });
      }
    }
  }
  return [...rows.values()].sort(
    ({ key: a }, { key: b }) =>
      a.span_ms - b.span_ms || compareIds(a.endpoint_id, b.endpoint_id) || a.at - b.at,
  );
}

function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** In the order of `countColumns`. */
export function countsOf({
  delivered,
  refused,
  failed,
  retried,
  latency,
}: DeliveryCounts): readonly number[] {
  return [delivered, refused, failed, retried, ...noCounts.latency.map((_, step) => latency[step] ?? 0)];
}

export function countsOfRow(row: CountsRow): DeliveryCounts {
  const count = (column: string): number => Number(row[column] ?? 0);
  return {
    delivered: count('delivered'),
    refused: count('refused'),
    failed: count('failed'),
    retried: count('retried'),
    latency: [...latencyBoundsMs, 0].map((_, step) => count(`latency_${step}`)),
  };
}

/** The coarsest rows that still tell the buckets apart. */
export function spanOf(bucketMs: number): number {
  return bucketMs % hourMs === 0 ? hourMs : minuteMs;
}
