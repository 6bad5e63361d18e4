import {
  type AlertChannelKind,
  type AlertMessageStep,
  type Appended,
  alertKinds,
  type Claim,
  claimableMax,
  type Engine,
  type Retired,
  type Settlement,
  type StoreAdmin,
  type Verdict,
} from '@doorbell/engine';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HeldReadings } from './held-readings.ts';
import type { TimedVerb } from './timed-store.ts';

/** Numbers for Prometheus. No label holds an id, so their number stays bounded. */
export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
  changesAppended(appended: readonly Appended[]): void;
  settled(claim: Claim, settlement: Settlement, verdict: Verdict): void;
  /** The engine met a failure of its own, and tries again. */
  failed(doing: string): void;
  /** A transaction of the store has ended. One that refuses an append counts as a failure, too. */
  storeAnswered(verb: TimedVerb, tookMs: number, ok: boolean): void;
  requestAnswered(method: string, route: string, status: number): void;
  retired(retired: Retired): void;
  /** One try to send one alert message. */
  alertMessageSettled(channel: AlertChannelKind, outcome: AlertMessageStep['kind']): void;
  /** Read at every scrape. */
  watch(sources: MetricSources): void;
}

export interface MetricSources {
  readonly readings: Pick<HeldReadings, 'backlog'>;
  readonly admin: Pick<StoreAdmin, 'listUnclearedAlerts'>;
  readonly engine: Pick<Engine, 'health'>;
}

const resultNames = { 1: 'delivered', 2: 'refused', 3: 'failed' } as const;
const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

export function createMetrics(): Metrics {
  const registry = new Registry();
  let refreshBacklog = async (): Promise<void> => {};
  collectDefaultMetrics({ register: registry });

  const {
    appendedTotal,
    attemptsTotal,
    settledTotal,
    attemptSeconds,
    firstAttemptSeconds,
    settlementsTotal,
    failuresTotal,
    storeSeconds,
    requestsTotal,
  } = createInstruments([registry]);
  // A series that begins with its first count has no increase then, and the alarm about it would say nothing.
  for (const result of Object.values(resultNames)) settledTotal.inc({ result }, 0);

  return {
    contentType: registry.contentType,
    render: async () => {
      await refreshBacklog();
      return registry.metrics();
    },
    changesAppended: (appended) => {
      const counts = new Map<string, number>();
      for (const { transition } of appended) counts.set(transition, (counts.get(transition) ?? 0) + 1);
      for (const [transition, count] of counts) appendedTotal.inc({ transition }, count);
    },
    settled: ({ change, attempt, isResend }, { attempts, step }, verdict) => {
      for (const { outcome, reason, durationMs } of attempts) {
        attemptsTotal.inc({ outcome, reason });
        attemptSeconds.observe({ outcome }, durationMs / 1_000);
      }
      const [first] = attempts;
      if (attempt === 1 && !isResend && first !== undefined) {
        firstAttemptSeconds.observe(Math.max(0, first.at - change.createdAt) / 1_000);
      }
      settlementsTotal.inc({ verdict });
      if (verdict !== 'applied') return;
      if (step.kind === 'advance') settledTotal.inc({ result: resultNames[step.result] });
      if (step.kind === 'park') settledTotal.inc({ result: resultNames[3] });
    },
    failed: (doing) => failuresTotal.inc({ doing }),
    storeAnswered: (verb, tookMs, ok) => storeSeconds.observe({ verb, ok: String(ok) }, tookMs / 1_000),
    requestAnswered: (method, route, status) => {
      requestsTotal.inc({ method: boundedMethod(method), route, status });
    },
    retired: createRetiredCounter(registry),
    alertMessageSettled: createAlertMessageCounter(registry),
    watch: (sources) => {
      refreshBacklog = watchBacklog(registry, sources);
    },
  };
}

function createRetiredCounter(registry: Registry): Metrics['retired'] {
  const registers = [registry];
  const retiredTotal = new Counter({
    name: 'doorbell_retired_total',
    help: 'What this process retired because it was old: attempts, changes, notices.',
    labelNames: ['kind'],
    registers,
  });
  const lastRetirement = new Gauge({
    name: 'doorbell_last_retirement_timestamp_seconds',
    help: 'When this process last looked for what is old, and the database answered.',
    registers,
  });
  return ({ attempts, changes, notices }) => {
    for (const [kind, count] of Object.entries({ attempts, changes, notices }))
      retiredTotal.inc({ kind }, count);
    lastRetirement.setToCurrentTime();
  };
}

function createAlertMessageCounter(registry: Registry): Metrics['alertMessageSettled'] {
  const total = new Counter({
    name: 'doorbell_alert_messages_total',
    help: 'Tries to tell a channel of an alert, by what came of them: sent, retry, given-up.',
    labelNames: ['channel', 'outcome'],
    registers: [registry],
  });
  return (channel, outcome) => total.inc({ channel, outcome });
}

function createInstruments(registers: Registry[]) {
  return {
    appendedTotal: new Counter({
      name: 'doorbell_changes_appended_total',
      help: 'Changes answered with 202, repeats of an eventId included.',
      labelNames: ['transition'],
      registers,
    }),
    attemptsTotal: new Counter({
      name: 'doorbell_attempts_total',
      help: 'Requests sent to endpoints, by what came of them.',
      labelNames: ['outcome', 'reason'],
      registers,
    }),
    settledTotal: new Counter({
      name: 'doorbell_notifications_settled_total',
      help: 'Notifications that got their result.',
      labelNames: ['result'],
      registers,
    }),
    attemptSeconds: new Histogram({
      name: 'doorbell_attempt_duration_seconds',
      help: 'From the start of a request to the last byte of its answer.',
      labelNames: ['outcome'],
      buckets: latencyBuckets,
      registers,
    }),
    firstAttemptSeconds: new Histogram({
      name: 'doorbell_commit_to_first_attempt_seconds',
      help: 'From the recording of a change to the start of its first request.',
      buckets: [...latencyBuckets, 60, 600, 3_600],
      registers,
    }),
    settlementsTotal: new Counter({
      name: 'doorbell_settlements_total',
      help: 'Deliveries that were settled: applied, or fenced because the lease had ended and another worker took over.',
      labelNames: ['verdict'],
      registers,
    }),
    failuresTotal: new Counter({
      name: 'doorbell_engine_failures_total',
      help: 'Failures of our own, mostly of the database, after which the engine tries again.',
      labelNames: ['doing'],
      registers,
    }),
    storeSeconds: new Histogram({
      name: 'doorbell_store_duration_seconds',
      help: 'One transaction of the database, by what it did and whether it succeeded.',
      labelNames: ['verb', 'ok'],
      buckets: [0.001, 0.0025, ...latencyBuckets],
      registers,
    }),
    requestsTotal: new Counter({
      name: 'doorbell_http_requests_total',
      help: 'Requests to the API, by route pattern.',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
  };
}

/** Returns what brings the gauges up to date; they are set before a scrape renders any of them. */
function watchBacklog(registry: Registry, { readings, admin, engine }: MetricSources): () => Promise<void> {
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `doorbell_${name}`, help, registers: [registry] });
  const inFlight = gauge('in_flight', 'Deliveries in flight, of this process.');
  const lastRound = gauge(
    'last_round_timestamp_seconds',
    'When the engine of this process last asked the database for work. Stands still in one that does not deliver.',
  );
  const readable = gauge('store_readable', '1 when the database answered this scrape.');
  // Not to be added up over processes: each reads the same rows, and ages are on the database's clock.
  const ofDatabase = (name: string, help: string) =>
    gauge(name, `${help} Of the database: every process on it shows the same.`);
  const pending = ofDatabase('notifications_pending', 'Notifications not yet settled.');
  const claimable = ofDatabase(
    'notifications_claimable',
    `Notifications that could be sent now, counted up to ${claimableMax} for each endpoint: what more workers would take.`,
  );
  const oldest = ofDatabase(
    'oldest_pending_age_seconds',
    'Age of the oldest change with a pending notification.',
  );
  const oldestClaimable = ofDatabase(
    'oldest_claimable_age_seconds',
    'How long the oldest work that could be sent is due.',
  );
  const paused = ofDatabase('endpoints_paused', 'Endpoints that are paused.');
  const breakers = ofDatabase('breakers_open', 'Endpoints whose breaker is open.');
  const parked = ofDatabase('tasks_parked', 'Lanes parked until someone resends.');
  const readAge = gauge(
    'backlog_age_seconds',
    'How long ago this process counted what waits: a second for every 100,000 of it, a minute at most.',
  );
  const alertsUncleared = new Gauge({
    name: 'doorbell_alerts_uncleared',
    help: 'Alerts that were raised and not cleared yet. Of the database: every process on it shows the same.',
    labelNames: ['kind'],
    registers: [registry],
  });

  return async () => {
    const health = engine.health();
    inFlight.set(health.inFlight);
    lastRound.set(health.lastRoundAt / 1_000);
    const reading = await readings.backlog().catch(() => undefined);
    const alerts = await admin.listUnclearedAlerts().catch(() => undefined);
    readable.set(reading === undefined || alerts === undefined ? 0 : 1);
    if (reading === undefined) return;
    const { value: backlog, ageMs } = reading;
    readAge.set(ageMs / 1_000);
    const ageSeconds = (at: number | null) => (at === null ? 0 : Math.max(0, backlog.at - at) / 1_000);
    pending.set(backlog.pending);
    claimable.set(backlog.claimable);
    oldest.set(ageSeconds(backlog.oldestPendingAt));
    oldestClaimable.set(ageSeconds(backlog.oldestClaimableAt));
    paused.set(backlog.endpointsPaused);
    breakers.set(backlog.breakersOpen);
    parked.set(backlog.lanesParked);
    for (const kind of alertKinds) {
      alertsUncleared.set({ kind }, alerts?.filter((alert) => alert.kind === kind).length ?? 0);
    }
  };
}

const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

/** Node accepts some forty methods; anyone can send them all. */
function boundedMethod(method: string): string {
  return methods.includes(method) ? method : 'other';
}
