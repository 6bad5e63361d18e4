import { clock } from '../clock.ts';

export const spans = ['hour', 'day', 'week'] as const;
export type Span = (typeof spans)[number];

const minuteMs = 60_000;
const shapes: Readonly<Record<Span, { readonly lengthMs: number; readonly bucketMs: number }>> = {
  hour: { lengthMs: 60 * minuteMs, bucketMs: minuteMs },
  day: { lengthMs: 24 * 60 * minuteMs, bucketMs: 15 * minuteMs },
  week: { lengthMs: 7 * 24 * 60 * minuteMs, bucketMs: 120 * minuteMs },
};

export function readSpan(text: string | null): Span {
  return spans.find((span) => span === text) ?? 'hour';
}

/** As the API's charts take it, ending now. */
export function spanQuery(span: Span): {
  readonly from: string;
  readonly to: string;
  readonly bucketMs: number;
} {
  const { lengthMs, bucketMs } = shapes[span];
  const now = clock.now();
  return { from: new Date(now - lengthMs).toISOString(), to: new Date(now).toISOString(), bucketMs };
}
