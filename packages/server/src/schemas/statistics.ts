import {
  addCounts,
  type DeliveryCounts,
  type EpochMs,
  hourMs,
  minuteMs,
  noCounts,
  percentileMs,
  type RollupBucket,
} from '@doorbell/engine';
import { type Static, Type } from 'typebox';
import { successRate } from '../overview.ts';
import { invalidRequest } from '../problem.ts';
import { fault } from '../validate.ts';
import { nullable } from './nullable.ts';
import { queryTime, readTime, showTime, time } from './time.ts';

const bucketsMax = 1_500;

/** The span of a chart. Left out, it is the last hour in minutes. */
export const spanQuery = {
  from: Type.Optional(queryTime('Settled at or after; an hour before `to` by default.')),
  to: Type.Optional(queryTime('Settled before; now by default.')),
  bucketMs: Type.Optional(
    Type.Integer({
      minimum: minuteMs,
      maximum: 24 * hourMs,
      default: minuteMs,
      description:
        'Milliseconds, a multiple of a minute. Minutes are kept for 7 days, hours (a multiple of 3600000) for 90.',
    }),
  ),
};

const percentiles = nullable(
  Type.Object(
    { p50: Type.Number(), p95: Type.Number(), p99: Type.Number() },
    {
      description: 'Milliseconds from the recording of the change to its acceptance, of what was delivered.',
    },
  ),
);

const countFields = {
  delivered: Type.Integer(),
  refused: Type.Integer(),
  failed: Type.Integer({ description: 'Given up.' }),
  retried: Type.Integer({ description: 'Attempts after which another one was due.' }),
};

export const bucket = Type.Object(
  { at: { ...time, description: 'The start of it.' }, ...countFields, latencyMs: percentiles },
  { title: 'Bucket' },
);

/** What charts and totals have in common; buckets in which nothing settled are there as well, with zeros. */
export const statistics = {
  from: time,
  to: time,
  bucketMs: Type.Integer(),
  buckets: Type.Array(bucket),
  totals: Type.Object({
    ...countFields,
    successRate: nullable(
      Type.Number({ description: 'Delivered, of all that got a result: 0 to 1; null when nothing did.' }),
    ),
  }),
  latencyMs: percentiles,
};

export interface ChartSpan {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly bucketMs: number;
}

/** From and to at whole buckets. Throws the problem that names what does not fit. */
export function readSpan(
  given: {
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly bucketMs?: number | undefined;
  },
  now: EpochMs,
): ChartSpan {
  const bucketMs = given.bucketMs ?? minuteMs;
  if (bucketMs % minuteMs !== 0) {
    throw invalidRequest([fault('/bucketMs', 'field-not-allowed', 'must be a multiple of 60000')]);
  }
  const end = given.to === undefined ? now : readTime('/to', given.to);
  const start = given.from === undefined ? end - hourMs : readTime('/from', given.from);
  const from = Math.floor(start / bucketMs) * bucketMs;
  const to = Math.ceil(end / bucketMs) * bucketMs;
  if (to <= from) throw invalidRequest([fault('/from', 'field-not-allowed', 'must lie before `to`')]);
  if ((to - from) / bucketMs > bucketsMax) {
    const meaning = `must be longer: the span holds more than ${bucketsMax} of it`;
    throw invalidRequest([fault('/bucketMs', 'field-not-allowed', meaning)]);
  }
  return { from, to, bucketMs };
}

export function showStatistics({ from, to, bucketMs }: ChartSpan, stored: readonly RollupBucket[]) {
  const byTime = new Map(stored.map((each) => [each.at, each]));
  const buckets: Static<typeof bucket>[] = [];
  for (let at = from; at < to; at += bucketMs) {
    buckets.push({ at: showTime(at), ...showCounts(byTime.get(at) ?? noCounts) });
  }
  const total = stored.reduce<DeliveryCounts>(addCounts, noCounts);
  const { latencyMs, ...totals } = showCounts(total);
  return {
    from: showTime(from),
    to: showTime(to),
    bucketMs,
    buckets,
    totals: { ...totals, successRate: successRate(total) },
    latencyMs,
  };
}

function showCounts({ delivered, refused, failed, retried, latency }: DeliveryCounts) {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentileMs(latency, share));
  const latencyMs = p50 == null || p95 == null || p99 == null ? null : { p50, p95, p99 };
  return { delivered, refused, failed, retried, latencyMs };
}
