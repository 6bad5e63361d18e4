import type { Alert, AlertCondition } from './alert.ts';
import { conditionKey, findConditions } from './find-conditions.ts';
import type { Clock, EpochMs, StoreAdmin } from './ports.ts';
import { hourMs } from './rollup.ts';

type WatchStore = Pick<
  StoreAdmin,
  | 'now'
  | 'listEndpoints'
  | 'listPending'
  | 'sumRollups'
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

/** Some reads of small tables and of index ends; writes only when something has begun or ended. */
export async function lookForAlerts({ store, observer }: Omit<WatchPorts, 'clock'>): Promise<void> {
  // Before the endpoints: what another process raises meanwhile is not among those that this look may clear.
  const holding = new Map((await store.listUnclearedAlerts()).map((alert) => [conditionKey(alert), alert]));
  // By the database's clock: of two processes whose clocks differ, one would raise what the other clears.
  const found = await seeConditions(store, await store.now(), new Set(holding.keys()));
  const seen = new Set(found.map(conditionKey));
  const begun = found.filter((condition) => !holding.has(conditionKey(condition)));
  const ended = [...holding].flatMap(([key, { id }]) => (seen.has(key) ? [] : [id]));
  if (ended.length > 0) for (const alert of await store.clearAlerts(ended)) observer.alertCleared(alert);
  if (begun.length > 0) for (const alert of await store.raiseAlerts(begun)) observer.alertRaised(alert);
}

async function seeConditions(
  store: WatchStore,
  now: EpochMs,
  holding: ReadonlySet<string>,
): Promise<readonly AlertCondition[]> {
  const thresholds = await store.readAlertThresholds();
  const endpoints = await store.listEndpoints();
  const ids = endpoints.map(({ id }) => id);
  const pending = await store.listPending(ids, 1);
  const counts = await store.sumRollups(ids, now - thresholds.refusalsWindowMs, now + 1);
  return findConditions({ now, endpoints, pending, counts, holding }, thresholds);
}
