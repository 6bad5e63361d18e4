import type { Alert } from './alert.ts';
import { conditionKey, findConditions, signsFor } from './find-conditions.ts';
import type { Clock, StoreAdmin } from './ports.ts';
import { hourMs } from './rollup.ts';

type WatchStore = Pick<
  StoreAdmin,
  | 'readAlertSigns'
  | 'listUnclearedAlerts'
  | 'raiseAlerts'
  | 'clearAlerts'
  | 'retireAlerts'
  | 'readAlertThresholds'
>;

export interface WatchPorts {
  readonly store: WatchStore;
  readonly clock: Clock;
  readonly observer: WatchObserver;
}

/** Told what happens. Must not throw. */
export interface WatchObserver {
  alertRaised(alert: Alert): void;
  alertCleared(alert: Alert): void;
  failed(doing: string, error: unknown): void;
}

const lookEveryMs = 5_000;

/** Raises and clears alerts until `stop` aborts. Any number of processes may do so on one database. */
export async function watchAlerts(ports: WatchPorts, stop: AbortSignal): Promise<void> {
  const { store, clock, observer } = ports;
  let retireAtMs = clock.monotonicMs();
  while (!stop.aborted) {
    try {
      await lookForAlerts(ports);
      if (clock.monotonicMs() >= retireAtMs) {
        await store.retireAlerts();
        retireAtMs = clock.monotonicMs() + hourMs;
      }
    } catch (error) {
      observer.failed('look for alerts', error);
    }
    await clock.sleep(lookEveryMs, stop);
  }
}

/** Three reads, which bring what may raise or hold an alert; writes only when something has begun or ended. */
export async function lookForAlerts({ store, observer }: Omit<WatchPorts, 'clock'>): Promise<void> {
  // Before the signs: what another process raises meanwhile is not among those that this look may clear.
  const holding = new Map((await store.listUnclearedAlerts()).map((alert) => [conditionKey(alert), alert]));
  const thresholds = await store.readAlertThresholds();
  const signs = await store.readAlertSigns(signsFor(thresholds));
  const found = findConditions(signs, new Set(holding.keys()), thresholds);
  const seen = new Set(found.map(conditionKey));
  const begun = found.filter((condition) => !holding.has(conditionKey(condition)));
  const ended = [...holding].flatMap(([key, { id }]) => (seen.has(key) ? [] : [id]));
  if (ended.length > 0) for (const alert of await store.clearAlerts(ended)) observer.alertCleared(alert);
  if (begun.length > 0) for (const alert of await store.raiseAlerts(begun)) observer.alertRaised(alert);
}
