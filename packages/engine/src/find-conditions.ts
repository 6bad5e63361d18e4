import type { AlertCondition, AlertKind, AlertThresholds } from './alert.ts';
import type { AlertSigns, AlertSignsFrom } from './alert-signs.ts';

/** What raised an alert holds it down to this share of its thresholds: at the threshold itself it would come and go. */
const holdShare = 0.5;

/** One for each alert that can hold at a time. */
export function conditionKey({ kind, endpointId }: Pick<AlertCondition, 'kind' | 'endpointId'>): string {
  return `${kind} ${endpointId}`;
}

/** What `findConditions` has to be given for these thresholds: enough to raise, and enough to hold. */
export function signsFor({ backlogAgeMs, refusalsMin, refusalsWindowMs }: AlertThresholds): AlertSignsFrom {
  return {
    waitingMs: Math.floor(backlogAgeMs * holdShare),
    refusedMin: refusalsMin * holdShare,
    windowMs: refusalsWindowMs,
  };
}

/** Everything that a person should look at now. `holding`: of the alerts that hold, `conditionKey`. */
export function findConditions(
  { now, held, waiting, refusing }: AlertSigns,
  holding: ReadonlySet<string>,
  thresholds: AlertThresholds,
): readonly AlertCondition[] {
  const shareOf = (kind: AlertKind, endpointId: string) =>
    holding.has(conditionKey({ kind, endpointId })) ? holdShare : 1;
  return [
    ...held.flatMap(({ endpointId, customerId, pause, failures }) => {
      const about = { endpointId, customerId };
      const found: AlertCondition[] = [];
      if (pause !== null) {
        const detail = { reason: pause.reason, text: pause.detail };
        found.push({ ...about, kind: 'endpoint-paused', detail });
      }
      if (failures !== null) found.push({ ...about, kind: 'breaker-open', detail: { failures } });
      return found;
    }),
    ...waiting.flatMap(({ endpointId, customerId, oldestPendingAt }): readonly AlertCondition[] => {
      const { backlogAgeMs: thresholdMs } = thresholds;
      if (now - oldestPendingAt <= thresholdMs * shareOf('backlog-age', endpointId)) return [];
      return [{ endpointId, customerId, kind: 'backlog-age', detail: { oldestPendingAt, thresholdMs } }];
    }),
    ...refusing.flatMap(({ endpointId, customerId, refused, settled }): readonly AlertCondition[] => {
      const refusedMin = Math.max(thresholds.refusalsMin, settled * thresholds.refusalsShare);
      if (refused < refusedMin * shareOf('refusals', endpointId)) return [];
      const detail = { refused, settled, windowMs: thresholds.refusalsWindowMs };
      return [{ endpointId, customerId, kind: 'refusals', detail }];
    }),
  ];
}
