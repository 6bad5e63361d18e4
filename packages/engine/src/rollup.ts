import type { EpochMs } from './ports.ts';

/**
 * Upper ends, inclusive, of the steps in which the time from commit to answer is counted; one more step holds what took
 * longer. Fixed, so that the counts of any minutes, endpoints and processes can be added up before a percentile is read.
 */
export const latencyBoundsMs: readonly number[] = [
  2, 5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000,
  10_000, 15_000, 30_000, 60_000, 300_000, 1_800_000, 7_200_000, 28_800_000, 86_400_000, 259_200_000,
];

/** What settling came to in some span of time. */
export interface DeliveryCounts {
  readonly delivered: number;
  readonly refused: number;
  readonly failed: number;
  /** Attempts after which another one is due. */
  readonly retried: number;
  /** Of the delivered, by the time from the recording of the change to the answer: one number for each step. */
  readonly latency: readonly number[];
}

/** The counts of one endpoint in one minute. */
export interface Rollup extends DeliveryCounts {
  readonly endpointId: string;
  /** The start of the minute. */
  readonly at: EpochMs;
}

export interface RollupRequest {
  /** Added up over these; undefined for all endpoints. */
  readonly endpointIds?: readonly string[] | undefined;
  /** From inclusive, to exclusive. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** A multiple of a minute. Multiples of an hour reach back further: see `rollupsKeptMs`. */
  readonly bucketMs: number;
}

export interface RollupBucket extends DeliveryCounts {
  readonly at: EpochMs;
}

export interface EndpointCounts extends DeliveryCounts {
  readonly endpointId: string;
}

/** An endpoint stopped being called, or is called again. */
export interface EndpointEvent {
  readonly at: EpochMs;
  readonly kind: 'paused' | 'resumed' | 'breaker-opened' | 'breaker-closed';
  readonly detail: string;
}

export interface EndpointPending {
  readonly endpointId: string;
  /** Counted up to the `countMax` that was asked for. */
  readonly pending: number;
  readonly oldestPendingAt: EpochMs | null;
}

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

/** How long counts are kept for each minute, and for each hour; events of endpoints as long as the latter. */
export const rollupsKeptMs: { readonly minutes: number; readonly hours: number } = {
  minutes: 7 * 24 * hourMs,
  hours: 90 * 24 * hourMs,
};

export const noCounts: DeliveryCounts = {
  delivered: 0,
  refused: 0,
  failed: 0,
  retried: 0,
  latency: Array.from({ length: latencyBoundsMs.length + 1 }, () => 0),
};

export function addCounts(a: DeliveryCounts, b: DeliveryCounts): DeliveryCounts {
  return {
    delivered: a.delivered + b.delivered,
    refused: a.refused + b.refused,
    failed: a.failed + b.failed,
    retried: a.retried + b.retried,
    latency: noCounts.latency.map((_, step) => (a.latency[step] ?? 0) + (b.latency[step] ?? 0)),
  };
}

/** Index into `latency`. */
export function latencyStep(latencyMs: number): number {
  const step = latencyBoundsMs.findIndex((boundMs) => latencyMs <= boundMs);
  return step < 0 ? latencyBoundsMs.length : step;
}

/**
 * The time within which `share` (0 to 1) of the delivered were answered: exact to the step, evenly spread within it.
 * null when there are none. What took longer than the last bound counts as that bound.
 */
export function percentileMs(latency: readonly number[], share: number): number | null {
  const rank = share * latency.reduce((sum, count) => sum + count, 0);
  if (rank === 0) return null;
  let below = 0;
  for (const [step, count] of latency.entries()) {
    if (count > 0 && below + count >= rank) {
      const fromMs = latencyBoundsMs[step - 1] ?? 0;
      const toMs = latencyBoundsMs[step] ?? fromMs;
      return Math.round((fromMs + ((toMs - fromMs) * (rank - below)) / count) * 10) / 10;
    }
    below += count;
  }
  return null;
}
