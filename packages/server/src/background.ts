import {
  type Clock,
  dayMs,
  type Engine,
  type Observer,
  type RollupTally,
  retireOld,
  type Store,
  type StoreAdmin,
  sendAlerts,
  type Transport,
  watchAlerts,
} from '@doorbell/engine';
import type { Logger } from 'pino';
import { createAlertObserver } from './alert-observer.ts';
import type { ServerConfig } from './config.ts';
import { followAttempts } from './follow-attempts.ts';
import { keepRollups } from './keep-rollups.ts';
import type { Metrics } from './metrics.ts';
import type { OpenDatabase } from './open-database.ts';
import { runResendJobs } from './run-resend-jobs.ts';
import type { Tail } from './tail.ts';
import { warmUp } from './warm-up.ts';

interface BackgroundPorts {
  readonly config: Pick<ServerConfig, 'roles' | 'retentionDays'>;
  readonly database: Pick<OpenDatabase, 'isShared'>;
  readonly store: Store & StoreAdmin;
  readonly engine: Pick<Engine, 'hint'>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tally: RollupTally;
  readonly tail: Tail;
  readonly observer: Observer;
  readonly metrics: Metrics;
}

/** What a process does beside answering and delivering, by its roles, until `stop` aborts. */
export async function runBackground(ports: BackgroundPorts, stop: AbortSignal): Promise<void> {
  const { config, database, store, engine, transport, clock, logger, tally, tail, observer, metrics } = ports;
  const admin = store;
  const alertObserver = createAlertObserver(metrics, logger);
  // In every process, whatever its role: that nobody delivers any more is what an alert has to tell.
  const doing: Promise<void>[] = [
    watchAlerts({ store, clock, observer: alertObserver }, stop),
    sendAlerts({ store, transport, clock, observer: alertObserver }, stop),
  ];
  if (config.roles.includes('deliver')) {
    const retentionMs = config.retentionDays === null ? null : config.retentionDays * dayMs;
    doing.push(keepRollups({ tally, admin, clock, logger }, stop));
    doing.push(retireOld({ store, clock, observer: { ...observer, ...metrics } }, retentionMs, stop));
  }
  if (config.roles.includes('api')) doing.push(runResendJobs({ admin, engine, clock, logger }, stop));
  if (config.roles.includes('api') && database.isShared) {
    doing.push(followAttempts({ tail, admin, clock, logger }, stop));
    doing.push(warmUp({ admin, logger }));
  }
  await Promise.all(doing);
}
