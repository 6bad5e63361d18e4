import {
  type Actor,
  type ApiKey,
  type Appended,
  AppendRefused,
  type AttemptRecord,
  type Claim,
  type EndpointDraft,
  endpointPolicyDefaults,
  type NewChange,
  type NotificationPosition,
  type Random,
  type Settlement,
  type Step,
} from '@doorbell/engine';
import type { CountingStore } from './open-store.ts';
import type { RecordedAttempt, RecordedChange, RecordedEndpoint, Round } from './round.ts';

const customerIds = ['c1', 'c2', 'c3'];
/** The first customer has two endpoints: each of their changes moves two lanes. */
const endpointIds = ['e1', 'e2', 'e3', 'e4'];
const tasksPerCustomer = 24;
const states = [9000, 10000, 20000, 30000, 40000, 45000, 50000];
const leaseMs = 45_000;
/** Whose edits the audit log tells. */
const by: Actor = { kind: 'user', id: 'operator', address: '192.0.2.7' };

/** Plays rounds against a store. Everything in a round is asked for in one turn, so that one transaction holds it. */
export class Workload {
  readonly #random: Random;
  #claims: Claim[] = [];
  #settled: NotificationPosition[] = [];
  #played = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get played(): number {
    return this.#played;
  }

  async play(store: CountingStore): Promise<Round> {
    const number = this.#played + 1;
    const before = await store.countTransactions();
    const apiKeyIds = number === 1 || this.#happens(0.1) ? [`k${number}`] : [];
    const wanted = number === 1 ? [] : this.#newChanges(number);
    const settlements = this.#chooseSettlements();
    const resent = this.#happens(0.1) ? this.#settled.slice(-8, -7) : [];
    // A key in a round without changes, so that every round leaves a trace of its own.
    if (wanted.length === 0 && apiKeyIds.length === 0) apiKeyIds.push(`k${number}`);
    const [appended, , , , claims] = await Promise.all([
      store.append(wanted),
      this.#edit(store, number),
      Promise.all(apiKeyIds.map((id) => store.putApiKey(apiKey(id, number), by))),
      this.#refuse(store, number),
      this.#happens(0.7) && number > 1 ? store.claim(this.#claimRequest()) : [],
      store.settle(settlements),
      ...resent.map((position) => store.resend(position, 1)),
    ]);
    if ((await store.countTransactions()) !== before + 1)
      throw new Error(`Round ${number} was not one transaction.`);
    this.#played = number;
    this.#claims.push(...claims);
    this.#settled.push(...settlements.map(({ laneId, sequence }) => ({ laneId, sequence })));
    return {
      number,
      appended: recorded(wanted, appended),
      attempts: attemptsOf(settlements),
      results: await resultsOf(store, [...settlements, ...resent]),
      endpoints: await endpointsOf(store),
      customerIds: number === 1 ? customerIds : [],
      apiKeyIds,
    };
  }

  #happens(probability: number): boolean {
    return this.#random() < probability;
  }

  #upTo(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #newChanges(number: number): readonly NewChange[] {
    if (this.#happens(0.1)) return [];
    const count = this.#happens(0.05) ? 40 : 1 + this.#upTo(4);
    return Array.from({ length: count }, (_, index) => this.#newChange(number, index));
  }

  #newChange(number: number, index: number): NewChange {
    const customerId = customerIds[this.#upTo(customerIds.length)] ?? '';
    return {
      customerId,
      houseTaskId: `t${this.#upTo(tasksPerCustomer)}`,
      houseId: `house-${this.#upTo(1_000)}`,
      packageId: `package-${number}-${index}`,
      userId: `u${this.#upTo(1_000)}`,
      // Some are longer than a page, so that a row lies on several.
      userName: '陈'.repeat(this.#happens(0.05) ? 2_000 : 1 + this.#upTo(8)),
      state: states[this.#upTo(states.length)] ?? 9000,
      extra: this.#happens(0.2) ? { cityId: String(this.#upTo(100)) } : {},
      eventId: this.#happens(0.7) ? `event-${number}-${index}` : null,
    };
  }

  /** A batch of which the last is refused: none of it may ever be seen. */
  async #refuse(store: CountingStore, number: number): Promise<void> {
    if (number === 1 || !this.#happens(0.1)) return;
    const good = this.#newChange(number, 90);
    const refused = await store
      .append([good, { ...good, customerId: 'nobody' }])
      .catch((error: unknown) => error);
    if (!(refused instanceof AppendRefused)) throw new Error('A change of an unknown customer was accepted.');
  }

  async #edit(store: CountingStore, number: number): Promise<unknown> {
    if (number === 1) return this.#prepare(store);
    const endpointId = endpointIds[this.#upTo(endpointIds.length)] ?? '';
    const roll = this.#random();
    if (roll < 0.04) return store.pauseEndpoint(endpointId, 'operator', `round ${number}`, by);
    if (roll < 0.14) return store.resumeEndpoint(endpointId, by);
    if (roll < 0.18) return store.rotateSignKey(endpointId, `key-${number}`, 60_000, by);
    if (roll < 0.22) return store.putEndpoint(this.#draft(endpointId, number), by);
    return undefined;
  }

  #prepare(store: CountingStore): Promise<unknown> {
    const customers = customerIds.map((id) =>
      store.putCustomer({ id, name: id, onIllegalTransition: 'flag' }),
    );
    return Promise.all([...customers, ...endpointIds.map((id) => store.putEndpoint(this.#draft(id, 1)))]);
  }

  #draft(id: string, number: number): EndpointDraft {
    const owner = endpointIds.indexOf(id);
    return {
      ...endpointPolicyDefaults,
      id,
      customerId: customerIds[Math.max(0, owner - 1)] ?? '',
      url: `https://${id}.example/round-${number}`,
      signKey: `key-${id}-${number}`,
      webhookSecret: undefined,
      onGiveUp: owner % 2 === 0 ? 'continue' : 'park',
    };
  }

  #claimRequest() {
    return { quotas: endpointIds.map((endpointId) => ({ endpointId, quota: 1 + this.#upTo(8) })), leaseMs };
  }

  /** Some claims are never settled, as when a process dies. */
  #chooseSettlements(): readonly Settlement[] {
    const chosen = this.#claims.filter(() => this.#happens(0.7));
    this.#claims = this.#claims.filter((claim) => !chosen.includes(claim) && this.#happens(0.9));
    return chosen.map((claim) => {
      const step = this.#step(claim);
      const { laneId, sequence, epoch, endpoint } = claim;
      const attempts = step.kind === 'release' ? [] : [attemptOf(claim, step)];
      return { laneId, endpointId: endpoint.id, sequence, epoch, attempts, step, notice: null };
    });
  }

  #step({ endpoint }: Claim): Step {
    const roll = this.#random();
    if (roll < 0.75) return { kind: 'advance', result: 1 };
    if (roll < 0.8) return { kind: 'advance', result: 2 };
    if (roll < 0.84) return endpoint.onGiveUp === 'park' ? { kind: 'park' } : { kind: 'advance', result: 3 };
    if (roll < 0.96) return { kind: 'retry', delayMs: this.#upTo(2) * 60_000 };
    if (roll < 0.98) return { kind: 'release' };
    return { kind: 'pause', reason: 'unauthorized', detail: 'state 401' };
  }
}

function apiKey(id: string, createdAt: number): ApiKey {
  return { id, name: id, hash: id, scopes: ['append'], createdAt, lastUsedAt: null, revokedAt: null };
}

function attemptOf({ sequence, epoch, attempt, endpoint, change }: Claim, step: Step): AttemptRecord {
  return {
    sequence,
    epoch,
    post: 1,
    attempt,
    at: change.createdAt,
    durationMs: 12,
    outcome: step.kind === 'advance' ? 'accepted' : 'retry',
    reason: step.kind,
    detail: `attempt of ${change.houseTaskId}`,
    url: endpoint.url,
    sign: 'd5680a902dd2de08cf2bf9df819ffb9d',
    key: 'current',
    requestHeaders: { 'webhook-id': `${change.houseTaskId}.${sequence}` },
    requestBody: `packageId=${change.packageId}`,
    httpStatus: 200,
    responseState: 200,
    responseBody: '{"state":200,"payload":"Success"}',
    remoteAddress: '192.0.2.1',
    timings: ',,,,812,40',
    fenced: false,
  };
}

function recorded(wanted: readonly NewChange[], appended: readonly Appended[]): readonly RecordedChange[] {
  return wanted.map((change, index) => {
    const { sequence = 0, createdAt = 0 } = appended[index] ?? {};
    return { ...change, sequence, createdAt };
  });
}

function attemptsOf(settlements: readonly Settlement[]): readonly RecordedAttempt[] {
  return settlements.flatMap(({ laneId, attempts }) =>
    attempts.map(({ sequence, epoch }) => ({ laneId, sequence, epoch })),
  );
}

async function resultsOf(
  store: CountingStore,
  positions: readonly NotificationPosition[],
): Promise<Round['results']> {
  const found = await Promise.all(positions.map((position) => store.findNotification(position)));
  return found.flatMap((notification) => {
    if (notification === undefined) return [];
    const { laneId, sequence, result } = notification;
    return [{ laneId, sequence, result }];
  });
}

export async function endpointsOf(
  store: Pick<CountingStore, 'listEndpoints'>,
): Promise<readonly RecordedEndpoint[]> {
  return (await store.listEndpoints()).map(({ id, url, pause, signKey, breaker }) => ({
    id,
    url,
    pause: pause?.reason ?? null,
    signKey,
    consecutiveFailures: breaker.failures,
  }));
}
