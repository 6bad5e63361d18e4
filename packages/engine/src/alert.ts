import type { PauseReason } from './endpoint.ts';
import type { EpochMs } from './ports.ts';
import { dayMs } from './retention.ts';
import { minuteMs } from './rollup.ts';

export const alertKinds = ['endpoint-paused', 'breaker-open', 'backlog-age', 'refusals'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** What was seen when it was raised. */
export type AlertFinding =
  | {
      readonly kind: 'endpoint-paused';
      readonly detail: { readonly reason: PauseReason; readonly text: string };
    }
  | { readonly kind: 'breaker-open'; readonly detail: { readonly failures: number } }
  | {
      readonly kind: 'backlog-age';
      readonly detail: { readonly oldestPendingAt: EpochMs; readonly thresholdMs: number };
    }
  | {
      readonly kind: 'refusals';
      readonly detail: { readonly refused: number; readonly settled: number; readonly windowMs: number };
    };

/** Something about an endpoint that a person should look at. */
export type AlertCondition = AlertFinding & { readonly endpointId: string; readonly customerId: string };

/** A condition from when it was first seen until it was gone; no second one of the kind and endpoint meanwhile. */
export type Alert = AlertCondition & {
  readonly id: number;
  readonly raisedAt: EpochMs;
  readonly clearedAt: EpochMs | null;
  readonly acknowledgedAt: EpochMs | null;
  readonly acknowledgedBy: string | null;
};

/** `open`: it holds, and nobody has acknowledged it. */
export const alertStates = ['open', 'acknowledged', 'cleared'] as const;
export type AlertState = (typeof alertStates)[number];

export function alertStateOf({ clearedAt, acknowledgedAt }: Alert): AlertState {
  if (clearedAt !== null) return 'cleared';
  return acknowledgedAt === null ? 'open' : 'acknowledged';
}

export interface AlertFilter {
  readonly state?: AlertState | undefined;
  readonly kind?: AlertKind | undefined;
  readonly endpointId?: string | undefined;
  readonly customerId?: string | undefined;
}

/** From when on backlog and refusals are worth an alert; a pause or an open breaker always is. */
export interface AlertThresholds {
  /** Older than this is the oldest notification that waits. */
  readonly backlogAgeMs: number;
  /** Both have to be reached within the last `refusalsWindowMs`. */
  readonly refusalsMin: number;
  /** Of all that settled, 0 to 1. */
  readonly refusalsShare: number;
  readonly refusalsWindowMs: number;
}

export const alertThresholdDefaults: AlertThresholds = {
  backlogAgeMs: 15 * minuteMs,
  refusalsMin: 10,
  refusalsShare: 0.2,
  refusalsWindowMs: 15 * minuteMs,
};

/** How long an alert is kept after it was cleared. */
export const alertsKeptMs: number = 90 * dayMs;
