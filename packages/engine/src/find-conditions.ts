import type { AlertCondition, AlertKind, AlertThresholds } from './alert.ts';
import type { Endpoint } from './endpoint.ts';
import type { EpochMs } from './ports.ts';
import type { EndpointCounts, EndpointPending } from './rollup.ts';

/** What is known of all endpoints at one time. */
export interface EndpointsSeen {
  readonly now: EpochMs;
  readonly endpoints: readonly Endpoint[];
  readonly pending: readonly EndpointPending[];
  /** Of the last `refusalsWindowMs`. */
  readonly counts: readonly EndpointCounts[];
  /** Of the alerts that hold, `conditionKey`. */
  readonly holding: ReadonlySet<string>;
}

/** What raised an alert holds it down to this share of its thresholds: at the threshold itself it would come and go. */
const holdShare = 0.5;

/** One for each alert that can hold at a time. */
export function conditionKey({ kind, endpointId }: Pick<AlertCondition, 'kind' | 'endpointId'>): string {
  return `${kind} ${endpointId}`;
}

/** Everything that a person should look at now. */
export function findConditions(seen: EndpointsSeen, thresholds: AlertThresholds): readonly AlertCondition[] {
  const pending = new Map(seen.pending.map((each) => [each.endpointId, each]));
  const counts = new Map(seen.counts.map((each) => [each.endpointId, each]));
  return seen.endpoints.flatMap(({ id: endpointId, customerId, pause, breaker }) => {
    const about = { endpointId, customerId };
    const found: AlertCondition[] = [];
    const shareOf = (kind: AlertKind) =>
      seen.holding.has(conditionKey({ kind, endpointId })) ? holdShare : 1;
    if (pause !== null) {
      const detail = { reason: pause.reason, text: pause.detail };
      found.push({ ...about, kind: 'endpoint-paused', detail });
    }
    if (breaker.openedAt !== null) {
      found.push({ ...about, kind: 'breaker-open', detail: { failures: breaker.failures } });
    }
    const { oldestPendingAt = null } = pending.get(endpointId) ?? {};
    const { backlogAgeMs: thresholdMs } = thresholds;
    if (oldestPendingAt !== null && seen.now - oldestPendingAt > thresholdMs * shareOf('backlog-age')) {
      found.push({ ...about, kind: 'backlog-age', detail: { oldestPendingAt, thresholdMs } });
    }
    const { delivered = 0, refused = 0, failed = 0 } = counts.get(endpointId) ?? {};
    const settled = delivered + refused + failed;
    const refusedMin = Math.max(thresholds.refusalsMin, settled * thresholds.refusalsShare);
    if (refused >= refusedMin * shareOf('refusals')) {
      const detail = { refused, settled, windowMs: thresholds.refusalsWindowMs };
      found.push({ ...about, kind: 'refusals', detail });
    }
    return found;
  });
}
