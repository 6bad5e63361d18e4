import { append } from './append.ts';
import type { AttemptRecord, Notice } from './attempt.ts';
import type { Appended, NewChange } from './change.ts';
import { deliver, undeliverable } from './deliver.ts';
import { deliverTest } from './deliver-test.ts';
import { deliverNotice } from './delivery-failed-notice.ts';
import type { Endpoint } from './endpoint.ts';
import type { Claim, Settlement, Verdict } from './lane.ts';
import type {
  Clock,
  EndpointDue,
  EndpointQuota,
  EpochMs,
  Random,
  Store,
  Transport,
  Wakeup,
} from './ports.ts';
import { SettleQueue } from './settle-queue.ts';

export interface EnginePorts {
  readonly store: Store;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly wakeup: Wakeup;
  readonly random: Random;
  readonly observer: Observer;
}

/** Told what happens, for metrics, logs and people who watch. Must not throw. */
export interface Observer {
  settled(claim: Claim, settlement: Settlement, verdict: Verdict): void;
  /** The database or something else of ours failed; the engine tries again by itself. */
  failed(doing: string, error: unknown): void;
}

export interface EngineHealth {
  /** When the engine last asked the store for work and got an answer. */
  readonly lastRoundAt: EpochMs;
  /** When a delivery was last settled; the start of the engine before the first. */
  readonly lastSettledAt: EpochMs;
  readonly inFlight: number;
}

/** A lease must outlive two attempts (the second with the previous key) and leave time to settle. */
export const leaseMs: number = 45_000;
export const totalTimeoutMsMax: number = (leaseMs - 10_000) / 2;
/** Requests in flight over all endpoints of this process. */
const inFlightTotalMax = 512;
/** How long work that no hint announced may wait: hints are only hints. */
const pollMs = 1_000;
const noticePollMs = 5_000;
const noticesAtOnceMax = 32;
const failureBackoffMs = 1_000;

/** Delivers what the store holds: claims lanes, runs each claim, settles it. Any number may share a store. */
export class Engine {
  readonly #ports: EnginePorts;
  readonly #settling: SettleQueue;
  readonly #inFlight = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  readonly #abandoned = new AbortController();
  #lastRoundAt: EpochMs;
  #lastSettledAt: EpochMs;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#settling = new SettleQueue(ports);
    this.#lastRoundAt = ports.clock.now();
    this.#lastSettledAt = this.#lastRoundAt;
  }

  /** See `append`. */
  append(changes: readonly NewChange[]): Promise<readonly Appended[]> {
    return append(changes, this.#ports);
  }

  /** Sends one signed sample now, outside every lane, and returns what came of it; nothing is recorded. */
  test(endpoint: Endpoint): Promise<readonly AttemptRecord[]> {
    return deliverTest(endpoint, this.#ports, this.#abandoned.signal);
  }

  /** Something may be due: an endpoint resumed, a notification is to be resent. */
  hint(): void {
    this.#ports.wakeup.hint();
  }

  health(): EngineHealth {
    const { size: inFlight } = this.#running;
    return { lastRoundAt: this.#lastRoundAt, lastSettledAt: this.#lastSettledAt, inFlight };
  }

  /** Delivers until `stop` aborts, then finishes and settles what is in flight before it resolves. */
  async run(stop: AbortSignal): Promise<void> {
    await Promise.all([this.#deliverLanes(stop), this.#deliverNotices(stop)]);
    await Promise.all(this.#running);
  }

  /** Ends requests in flight now. Their outcome is unknown and they will be sent again. */
  abandon(): void {
    this.#abandoned.abort();
  }

  async #deliverLanes(stop: AbortSignal): Promise<void> {
    const { wakeup, clock, observer } = this.#ports;
    while (!stop.aborted) {
      try {
        const idleMs = await this.#round();
        this.#lastRoundAt = clock.now();
        if (idleMs > 0) await wakeup.wait(idleMs, stop);
      } catch (error) {
        observer.failed('claim', error);
        await clock.sleep(failureBackoffMs, stop);
      }
    }
  }

  /** Claims what there are free slots for. Returns how long there is nothing to do unless a hint comes. */
  async #round(): Promise<number> {
    const { store, clock } = this.#ports;
    const due = await store.upcoming();
    const quotas = this.#shareSlots(due);
    if (quotas.length === 0) return idleUntil(due);

    // The lease is counted from before the claim, so a slow claim shortens it and never stretches it.
    const leaseEndsMonotonicMs = clock.monotonicMs() + leaseMs;
    const claims = await store.claim({ quotas, leaseMs });
    for (const claim of claims) this.#start(claim, leaseEndsMonotonicMs);

    const asked = quotas.reduce((sum, { quota }) => sum + quota, 0);
    return claims.length === asked ? 0 : idleUntil(due);
  }

  /**
   * Shares the slots among the endpoints that have work. Each may hold an equal part at most, counted as if there
   * were one more of them: so slow endpoints, however many, leave room for the next one that has something to deliver.
   */
  #shareSlots(due: readonly EndpointDue[]): readonly EndpointQuota[] {
    const ready = due
      .filter(({ dueInMs }) => dueInMs <= 0)
      .map(({ endpointId, inFlightMax }) => ({
        endpointId,
        inFlightMax,
        inFlight: this.#inFlightOf(endpointId),
      }))
      .sort((a, b) => a.inFlight - b.inFlight);
    const active = new Set([...this.#inFlight.keys(), ...ready.map(({ endpointId }) => endpointId)]).size;
    const share = Math.max(1, Math.floor(inFlightTotalMax / (active + 1)));
    let slots = inFlightTotalMax - this.#running.size;
    const quotas: EndpointQuota[] = [];
    for (const { endpointId, inFlightMax, inFlight } of ready) {
      const quota = Math.min(inFlightMax - inFlight, share - inFlight, slots);
      if (quota <= 0) continue;
      quotas.push({ endpointId, quota });
      slots -= quota;
    }
    return quotas;
  }

  #start(claim: Claim, leaseEndsMonotonicMs: number): void {
    const { id } = claim.endpoint;
    this.#inFlight.set(id, this.#inFlightOf(id) + 1);
    const running = this.#deliverAndSettle(claim, leaseEndsMonotonicMs)
      .catch((error) => this.#ports.observer.failed('deliver', error))
      .then(() => {
        const left = this.#inFlightOf(id) - 1;
        if (left > 0) this.#inFlight.set(id, left);
        else this.#inFlight.delete(id);
        this.#running.delete(running);
        this.#ports.wakeup.hint();
      });
    this.#running.add(running);
  }

  async #deliverAndSettle(claim: Claim, leaseEndsMonotonicMs: number): Promise<void> {
    const delivering = deliver(claim, leaseEndsMonotonicMs, this.#ports, this.#abandoned.signal);
    const settlement = await delivering.catch((error) => {
      this.#ports.observer.failed('deliver', error);
      return undeliverable(claim, this.#ports);
    });
    const verdict = await this.#settling.settle(settlement, leaseEndsMonotonicMs);
    if (verdict === null) return;
    this.#lastSettledAt = this.#ports.clock.now();
    this.#ports.observer.settled(claim, settlement, verdict);
  }

  async #deliverNotices(stop: AbortSignal): Promise<void> {
    const { store, clock, observer } = this.#ports;
    const underWay = new Set<Promise<void>>();
    while (!stop.aborted) {
      try {
        for (const notice of await store.claimNotices(noticesAtOnceMax - underWay.size, leaseMs)) {
          const delivering = this.#deliverNotice(notice).finally(() => underWay.delete(delivering));
          underWay.add(delivering);
        }
      } catch (error) {
        observer.failed('claim delivery-failed notices', error);
      }
      const oneIsDone = new AbortController();
      const napping = clock.sleep(noticePollMs, AbortSignal.any([stop, oneIsDone.signal]));
      await Promise.race([napping, ...underWay]);
      oneIsDone.abort();
    }
    await Promise.all(underWay);
  }

  async #deliverNotice(notice: Notice): Promise<void> {
    try {
      const settlement = await deliverNotice(notice, this.#ports, this.#abandoned.signal);
      await this.#ports.store.settleNotices([settlement]);
    } catch (error) {
      this.#ports.observer.failed('send a delivery-failed notice', error);
    }
  }

  #inFlightOf(endpointId: string): number {
    return this.#inFlight.get(endpointId) ?? 0;
  }
}

function idleUntil(due: readonly EndpointDue[]): number {
  // What is due now but could not be claimed is in flight here or elsewhere: its settling hints, or the poll finds it.
  return due.reduce((idleMs, { dueInMs }) => (dueInMs > 0 ? Math.min(idleMs, dueInMs) : idleMs), pollMs);
}
