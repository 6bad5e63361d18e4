import { append } from './append.ts';
import type { AttemptRecord, Notice } from './attempt.ts';
import type { Appended, NewChange } from './change.ts';
import { deliver, released, undeliverable } from './deliver.ts';
import { deliverTest } from './deliver-test.ts';
import { deliverNotice } from './delivery-failed-notice.ts';
import type { Endpoint } from './endpoint.ts';
import { type HeldClaim, HeldClaims } from './held-claims.ts';
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
import { SettleQueue, type Unsettled } from './settle-queue.ts';
import { Slots } from './slots.ts';

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
const never = new AbortController().signal;

/** Delivers what the store holds: claims lanes, runs each claim, settles it. Any number may share a store. */
export class Engine {
  readonly #ports: EnginePorts;
  readonly #settling: SettleQueue;
  readonly #held: HeldClaims;
  readonly #slots: Slots;
  readonly #abandoned = new AbortController();
  #due: readonly EndpointDue[] = [];
  #lastRoundAt: EpochMs;
  #lastSettledAt: EpochMs;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#held = new HeldClaims(ports.clock);
    this.#slots = new Slots(inFlightTotalMax, this.#held);
    this.#settling = new SettleQueue(ports, (unsettled, verdict) => this.#settled(unsettled, verdict));
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
    const { taken: inFlight } = this.#slots;
    return { lastRoundAt: this.#lastRoundAt, lastSettledAt: this.#lastSettledAt, inFlight };
  }

  /** Delivers until `stop` aborts, then finishes and settles what is in flight before it resolves. */
  async run(stop: AbortSignal): Promise<void> {
    await Promise.all([this.#deliverLanes(stop), this.#deliverNotices(stop)]);
  }

  /** Ends requests in flight now. Their outcome is unknown and they will be sent again. */
  abandon(): void {
    this.#abandoned.abort();
    this.#release(this.#held.all());
  }

  async #deliverLanes(stop: AbortSignal): Promise<void> {
    const { wakeup, clock, observer } = this.#ports;
    while (!stop.aborted || this.#slots.taken > 0) {
      // Once told to stop, only what is still out can give it more to do.
      const interrupt = stop.aborted ? never : stop;
      try {
        const idleMs = await this.#round(stop);
        this.#lastRoundAt = clock.now();
        if (idleMs > 0) await wakeup.wait(idleMs, interrupt);
      } catch (error) {
        observer.failed('claim', error);
        await clock.sleep(failureBackoffMs, interrupt);
      }
    }
  }

  /**
   * Settles what was answered since the last round and claims for the slots that this left free, side by side, so that
   * one commit can hold both and the next change of a lane is claimed in the commit that settles the one before it.
   * Returns how long there is nothing to do unless a hint comes.
   */
  async #round(stop: AbortSignal): Promise<number> {
    this.#release(stop.aborted ? this.#held.all() : this.#held.overdue());
    const quotas = stop.aborted ? [] : this.#slots.share(this.#due, this.#settling.countAnswered());
    for (const endpointId of this.#held.endpointIds()) this.#sendHeld(endpointId);
    const parts = [this.#settling.settle(), this.#claim(quotas), this.#ports.store.upcoming()] as const;
    // To the end also when one fails: beside a claim still under way the next would exceed what may be in flight.
    await Promise.allSettled(parts);
    const [settled, claimed, due] = await Promise.all(parts);
    this.#due = due;
    const isWaste = stop.aborted || quotas.length > 0 || !this.#slots.wouldShare(due);
    if (settled > 0 || claimed > 0 || !isWaste) return 0;
    return Math.min(idleUntil(due), this.#settling.retryInMs());
  }

  async #claim(quotas: readonly EndpointQuota[]): Promise<number> {
    if (quotas.length === 0) return 0;
    const { store, clock } = this.#ports;
    // The lease is counted from before the claim, so a slow claim shortens it and never stretches it.
    const leaseEndsMonotonicMs = clock.monotonicMs() + leaseMs;
    const claims = await store.claim({ quotas, leaseMs });
    for (const claim of claims) {
      this.#slots.take();
      if (this.#slots.hasRoom(claim.endpoint.id)) void this.#deliver(claim, leaseEndsMonotonicMs);
      else this.#held.hold(claim, leaseEndsMonotonicMs);
    }
    return claims.length;
  }

  async #deliver(claim: Claim, leaseEndsMonotonicMs: number): Promise<void> {
    this.#slots.sent(claim.endpoint.id);
    const delivering = deliver(claim, leaseEndsMonotonicMs, this.#ports, this.#abandoned.signal);
    const settlement = await delivering.catch((error) => {
      this.#ports.observer.failed('deliver', error);
      return undeliverable(claim, this.#ports);
    });
    this.#slots.answered(claim.endpoint.id);
    this.#settling.add({ claim, settlement, leaseEndsMonotonicMs });
    this.#release(this.#held.answered(claim.endpoint.id, settlement.step));
    this.#sendHeld(claim.endpoint.id);
    this.#ports.wakeup.wake();
  }

  #sendHeld(endpointId: string): void {
    // An answer may come before the round that would give them back: after a stall another process has them by now.
    this.#release(this.#held.overdueOf(endpointId));
    while (this.#slots.hasRoom(endpointId)) {
      const held = this.#held.next(endpointId);
      if (held === undefined) return;
      void this.#deliver(held.claim, held.leaseEndsMonotonicMs);
    }
  }

  /** Gives back what was claimed and is not sent: it is due at once, and has cost no try. */
  #release(unsent: readonly HeldClaim[]): void {
    for (const { claim, leaseEndsMonotonicMs } of unsent) {
      this.#settling.add({ claim, settlement: released(claim), leaseEndsMonotonicMs });
    }
  }

  #settled({ claim, settlement }: Unsettled, verdict: Verdict | null): void {
    this.#slots.free();
    if (verdict === null) {
      const { laneId, sequence } = settlement;
      const message = `The lease of lane ${laneId} ended before what came of change ${sequence} could be recorded; it is sent again.`;
      this.#ports.observer.failed('settle', new Error(message));
      return;
    }
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
}

function idleUntil(due: readonly EndpointDue[]): number {
  // What is due now but could not be claimed is in flight here or elsewhere: its settling hints, or the poll finds it.
  return due.reduce((idleMs, { dueInMs }) => (dueInMs > 0 ? Math.min(idleMs, dueInMs) : idleMs), pollMs);
}
