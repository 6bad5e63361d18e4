import type { Claim, Settlement, Verdict } from './lane.ts';
import type { Clock, Store, Wakeup } from './ports.ts';

/** What a delivery has come to, and until when it may be written. */
export interface Unsettled {
  readonly claim: Claim;
  readonly settlement: Settlement;
  readonly leaseEndsMonotonicMs: number;
}

interface SettlePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly wakeup: Pick<Wakeup, 'wake'>;
  readonly observer: { failed(doing: string, error: unknown): void };
}

/** Null when the lease ended before the store would take the settlement. */
export type OnSettled = (unsettled: Unsettled, verdict: Verdict | null) => void;

const retryMs = 50;
/** Long beside a round, short beside the lease: until then an answer waits for a round to write it. */
const unaskedAfterMs = 100;

/**
 * Settles in batches: all that waits is written at once, when asked or soon without that: a claim that is slow or fails
 * must not hold up what was answered, which only this process knows. A settlement that cannot be written is tried until
 * its lease has ended, for then another claim owns the lane.
 */
export class SettleQueue {
  readonly #ports: SettlePorts;
  readonly #onSettled: OnSettled;
  #waiting: Unsettled[] = [];
  #again: Unsettled[] = [];
  #againAtMonotonicMs = 0;
  #isWatched = false;
  #asked = new AbortController();

  constructor(ports: SettlePorts, onSettled: OnSettled) {
    this.#ports = ports;
    this.#onSettled = onSettled;
  }

  add(unsettled: Unsettled): void {
    this.#waiting.push(unsettled);
    void this.#watch();
  }

  /** How many answers of each endpoint wait. */
  countAnswered(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { settlement } of this.#waiting) {
      if (settlement.step.kind === 'release') continue;
      counts.set(settlement.endpointId, (counts.get(settlement.endpointId) ?? 0) + 1);
    }
    return counts;
  }

  /** How long until what could not be written is to be tried again; Infinity when there is nothing of the kind. */
  retryInMs(): number {
    if (this.#again.length === 0) return Number.POSITIVE_INFINITY;
    return Math.max(1, this.#againAtMonotonicMs - this.#ports.clock.monotonicMs());
  }

  /** Writes what waits as one batch. Returns how many settlements that were. */
  async settle(): Promise<number> {
    if (this.#isWatched) {
      this.#asked.abort('asked');
      this.#asked = new AbortController();
    }
    const nowMs = this.#ports.clock.monotonicMs();
    const retried = nowMs >= this.#againAtMonotonicMs ? this.#again : [];
    if (retried.length > 0) this.#again = [];
    const batch = [...retried, ...this.#waiting];
    this.#waiting = [];
    if (batch.length === 0) return 0;
    const again = await this.#settleBatch(batch);
    if (again.length > 0) {
      this.#again.push(...again);
      this.#againAtMonotonicMs = this.#ports.clock.monotonicMs() + retryMs;
      void this.#watch();
    }
    return batch.length;
  }

  /** Settles while anything waits that nobody has asked to settle in time. */
  async #watch(): Promise<void> {
    if (this.#isWatched) return;
    this.#isWatched = true;
    const { clock, wakeup } = this.#ports;
    while (this.#waiting.length + this.#again.length > 0) {
      const { signal } = this.#asked;
      await clock.sleep(unaskedAfterMs, signal);
      // The lanes may have more to deliver, and whoever stops may be waiting for these.
      if (!signal.aborted && (await this.settle()) > 0) wakeup.wake();
    }
    this.#isWatched = false;
  }

  /** Returns those that are to be tried again. */
  async #settleBatch(batch: readonly Unsettled[]): Promise<readonly Unsettled[]> {
    const { store, clock, observer } = this.#ports;
    let verdicts: readonly Verdict[];
    try {
      verdicts = await store.settle(batch.map(({ settlement }) => settlement));
    } catch (error) {
      observer.failed('settle', error);
      // One that the store rejects must not hold up the others, so each is tried by itself.
      if (batch.length > 1) return (await Promise.all(batch.map((one) => this.#settleBatch([one])))).flat();
      verdicts = ['busy'];
    }
    return batch.filter((unsettled, index) => {
      const verdict = verdicts[index] ?? 'busy';
      if (verdict !== 'busy') this.#onSettled(unsettled, verdict);
      else if (clock.monotonicMs() < unsettled.leaseEndsMonotonicMs) return true;
      else this.#onSettled(unsettled, null);
      return false;
    });
  }
}
