import { type Endpoint, type EndpointDraft, endpointPolicyDefaults, type StoreAdmin } from '@doorbell/engine';
import type { Book } from './checkers/book.ts';
import { resultOf } from './checkers/lane-state.ts';
import type { Dice } from './dice.ts';
import type { Event } from './fact.ts';
import type { Journal } from './journal.ts';
import { isDead, type Kernel } from './kernel.ts';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';
import type { Plan } from './plan.ts';
import { customerIds } from './producer.ts';

interface OperatorParts {
  readonly kernel: Kernel;
  readonly journal: Journal;
  readonly book: Book;
  readonly machine: Machine;
  readonly network: Network;
  readonly dice: Dice;
  readonly plan: Plan;
}

/** The people at the API: they set up customers and endpoints, and then meddle. */
export class Operator {
  readonly #parts: OperatorParts;
  #keys = 0;
  #endpoints = 0;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  setUp(): void {
    const { plan, dice } = this.#parts;
    for (const customerId of customerIds(plan)) {
      const onIllegalTransition = dice.chance(plan.refuseIllegal) ? 'refuse' : 'flag';
      const customer = { id: customerId, name: customerId, onIllegalTransition } as const;
      this.#edit(
        (store) => store.putCustomer(customer),
        () => ({ kind: 'customer-saved', customerId, onIllegalTransition }),
      );
      for (let count = 0; count < plan.endpointsPerCustomer; count += 1) this.#addEndpoint(customerId);
    }
  }

  /** One thing at random that people do. */
  meddle(): void {
    const { dice, plan, book } = this.#parts;
    const endpoints = [...book.endpoints.values()];
    if (endpoints.length === 0) return;
    const { policy } = dice.pick(endpoints);
    const action = dice.pick([
      'pause',
      'resume',
      'resume',
      'resend',
      'resend',
      'rotate',
      'save',
      'add',
    ] as const);
    if (action === 'pause') this.pause(policy.id);
    else if (action === 'resume') this.resume(policy.id);
    else if (action === 'resend') this.#resendOne();
    else if (action === 'rotate') this.#rotate(policy);
    else if (action === 'save') this.#save(policy);
    else if (endpoints.length < 5 && dice.chance(0.3)) this.#addEndpoint(dice.pick(customerIds(plan)));
  }

  /** Now and then somebody mends an endpoint just before it answers that it is broken. */
  mendWhileOut(endpointId: string): void {
    const policy = this.#parts.book.endpoints.get(endpointId)?.policy;
    if (policy === undefined || this.#parts.network.healed || !this.#parts.dice.chance(0.3)) return;
    if (this.#parts.dice.chance(0.5)) this.#save(policy);
    else this.#rotate(policy);
  }

  pause(endpointId: string): void {
    this.#edit(
      (store) => store.pauseEndpoint(endpointId, 'operator', 'Simulated.'),
      () => ({ kind: 'paused', endpointId }),
    );
  }

  resume(endpointId: string): void {
    const { book, network } = this.#parts;
    const policy = book.endpoints.get(endpointId)?.policy;
    // Who resumes has made sure that the other side knows the key.
    if (policy !== undefined) network.install(policy);
    this.#edit(
      (store) => store.resumeEndpoint(endpointId),
      () => ({ kind: 'resumed', endpointId }),
    );
  }

  resend(laneId: number, sequence: number): void {
    this.#edit(
      (store) => store.resend({ laneId, sequence }, 1),
      ({ resent }) => ({ kind: 'resent', laneId, sequence, resent }),
    );
  }

  #resendOne(): void {
    const { book, dice } = this.#parts;
    const lanes = [...book.lanes.values()].filter(
      ({ laneId, head, first }) => laneId !== null && head > first,
    );
    const parked = [...book.lanes.values()].filter((lane) => lane.parked && lane.laneId !== null);
    if (parked.length > 0 && dice.chance(0.6)) {
      const lane = dice.pick(parked);
      if (lane.laneId !== null) {
        this.resend(lane.laneId, lane.head);
      }
      return;
    }
    if (lanes.length === 0) return;
    const lane = dice.pick(lanes);
    const failed = [...lane.results].filter(([, result]) => result !== 1).map(([sequence]) => sequence);
    const isWaiting = resultOf(lane, lane.head) === 0 && dice.chance(0.2);
    const sequence =
      failed.length > 0 && dice.chance(0.5) ? dice.pick(failed) : dice.between(lane.first, lane.head - 1);
    if (lane.laneId !== null) this.resend(lane.laneId, isWaiting ? lane.head : sequence);
  }

  #rotate(policy: Endpoint): void {
    const { dice, kernel, network, machine } = this.#parts;
    this.#keys += 1;
    const signKey = `key-${policy.id}-${this.#keys}`;
    const overlapMs = dice.chance(0.3) ? 0 : dice.spread(1_000, 3_600_000);
    if (machine.process === null) return;
    this.#edit(
      (store) => store.rotateSignKey(policy.id, signKey, overlapMs),
      (endpoint) => {
        if (endpoint === undefined) return undefined;
        // The customer installs it some time later, most often within the overlap.
        kernel.schedule(dice.spread(10, Math.max(20, overlapMs * 1.2)), null, () =>
          network.install(endpoint),
        );
        return { kind: 'key-rotated', endpoint };
      },
    );
  }

  #save(policy: Endpoint): void {
    const { dice, plan } = this.#parts;
    const { id, customerId, url } = policy;
    const isMoved = dice.chance(0.3);
    const moved = isMoved ? `https://${id}.example.com/moved-${dice.between(1, 9)}` : url;
    this.#put({
      ...this.#draft(id, customerId),
      url: moved,
      signKey: undefined,
      retryHorizonMs: plan.horizonMs,
      totalTimeoutMs: policy.totalTimeoutMs,
    });
  }

  #addEndpoint(customerId: string): void {
    this.#endpoints += 1;
    this.#put(this.#draft(`e${this.#endpoints}`, customerId));
  }

  #draft(id: string, customerId: string): EndpointDraft {
    const { dice, plan } = this.#parts;
    return {
      ...endpointPolicyDefaults,
      id,
      customerId,
      url: `https://${id}.example.com/hook`,
      signKey: dice.chance(0.9) ? `key-${id}` : null,
      webhookSecret: dice.chance(0.3) ? `whsec_${'YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh'}` : null,
      coalesce: dice.chance(plan.latest) ? 'latest' : 'every',
      onGiveUp: dice.chance(plan.park) ? 'park' : 'continue',
      inFlightMax: plan.inFlightMax,
      totalTimeoutMs: dice.pick([15_000, 5_000, 3_500]),
      retryHorizonMs: plan.horizonMs,
      deliveryFailedUrl: plan.notices ? `https://${id}.example.com/failed` : null,
    };
  }

  #put(draft: EndpointDraft): void {
    const { book, network } = this.#parts;
    const isNew = !book.endpoints.has(draft.id);
    this.#edit(
      (store) => store.putEndpoint(draft),
      (endpoint) => {
        if (isNew) network.install(endpoint);
        return { kind: 'endpoint-saved', endpoint };
      },
    );
  }

  /** Runs one edit; its fact is told when it is committed, in the order of asking. */
  #edit<T>(run: (store: StoreAdmin) => Promise<T>, factOf: (value: T) => Event | undefined): void {
    const { kernel, journal, machine } = this.#parts;
    const { process } = machine;
    if (process === null || process.stopping) return;
    const order = kernel.nextOrder();
    void run(process.store).then(
      (value) => {
        if (isDead(process.owner)) return;
        kernel.afterTurn(order, () => {
          const fact = factOf(value);
          if (fact !== undefined) journal.tell(fact);
          machine.changed();
          for (const { wakeup } of machine.liveWorkers()) wakeup.hint();
        });
      },
      (error) => journal.report('no surprise', `An edit failed: ${error}`),
    );
  }
}
