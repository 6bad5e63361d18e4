import type { Claim, Clock, Endpoint, Observer, RollupTally, Settlement, StoreAdmin } from '@doorbell/engine';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';
import type { Tail } from './tail.ts';

interface Watchers {
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly admin: Pick<StoreAdmin, 'findEndpoint'>;
  readonly tally: RollupTally;
  /** Left out where other processes deliver as well: then it is fed from the database. */
  readonly tail?: Tail | undefined;
  readonly clock: Clock;
  /** Someone who wants to see each settlement as well, such as the demo. */
  readonly also?: Pick<Observer, 'settled'> | undefined;
}

/** Turns what the engine reports into metrics, rollups, log lines, and alerts that say what to do. */
export function createDeliveryObserver({
  metrics,
  logger,
  admin,
  tally,
  tail,
  clock,
  also,
}: Watchers): Observer {
  const alerts = new EndpointAlerts(logger, admin);
  return {
    settled(claim, settlement, verdict) {
      metrics.settled(claim, settlement, verdict);
      tally.settled(claim, settlement, verdict, clock.now());
      tail?.settled(claim.change, settlement);
      const about = describe(claim, settlement);
      const { kind } = settlement.step;
      logger.debug({ ...about, step: kind, verdict }, 'settled');
      if (kind === 'park' || (kind === 'advance' && settlement.step.result === 3)) {
        const toDo = 'A notification was given up. Mend the cause, then resend it.';
        logger.warn({ ...about, alert: 'given-up' }, toDo);
      }
      void alerts.afterSettlement(claim.endpoint.id, kind !== 'advance');
      also?.settled(claim, settlement, verdict);
    },
    failed(doing, error) {
      metrics.failed(doing);
      logger.error({ err: error, doing }, 'Delivery met a failure of its own and tries again.');
    },
  };
}

function describe({ endpoint, change, attempt }: Claim, { attempts }: Settlement) {
  const { outcome, reason, httpStatus, durationMs } = attempts.at(-1) ?? {};
  const { houseTaskId, sequence } = change;
  return { endpointId: endpoint.id, houseTaskId, sequence, attempt, outcome, reason, httpStatus, durationMs };
}

interface Announced {
  readonly pausedAt: number | null;
  readonly openedAt: number | null;
}

const sound: Announced = { pausedAt: null, openedAt: null };

/** Says once when an endpoint pauses or its breaker opens, however many requests were in flight, and when it is over. */
class EndpointAlerts {
  readonly #logger: Logger;
  readonly #admin: Watchers['admin'];
  readonly #announced = new Map<string, Announced>();

  constructor(logger: Logger, admin: Watchers['admin']) {
    this.#logger = logger;
    this.#admin = admin;
  }

  async afterSettlement(endpointId: string, failed: boolean): Promise<void> {
    if (!failed && !this.#announced.has(endpointId)) return;
    // A database that cannot be read is reported where it matters.
    const endpoint = await this.#admin.findEndpoint(endpointId).catch(() => undefined);
    if (endpoint !== undefined) this.#compare(endpoint);
  }

  #compare({ id: endpointId, pause, breaker }: Endpoint): void {
    const before = this.#announced.get(endpointId) ?? sound;
    const pausedAt = pause?.at ?? null;
    const { openedAt } = breaker;
    if (pausedAt === null && openedAt === null) this.#announced.delete(endpointId);
    else this.#announced.set(endpointId, { pausedAt, openedAt });

    if (pause !== null && pausedAt !== before.pausedAt) {
      const { reason, detail } = pause;
      this.#logger.error({ alert: 'endpoint-paused', endpointId, reason, detail }, remedies[reason]);
    }
    if (openedAt !== null && before.openedAt === null) {
      this.#logger.warn({ alert: 'breaker-opened', endpointId }, remedies.breaker);
    }
    if (openedAt === null && before.openedAt !== null) {
      this.#logger.info({ alert: 'breaker-closed', endpointId }, 'The endpoint answers again.');
    }
  }
}

const remedies = {
  customer: 'The endpoint is paused by its customer. It is resumed by its link, or by an operator.',
  unauthorized:
    'The endpoint is paused: it refuses the sign key. Agree on the key, PUT or rotate it, then resume.',
  gone: 'The endpoint is paused: it answered 410. Give it its new URL, then resume.',
  operator: 'The endpoint is paused by an operator. Resume it when the reason is gone.',
  breaker:
    'The endpoint failed 10 times in a row and is probed every 30 s until it answers. Check that it is up.',
} as const;
