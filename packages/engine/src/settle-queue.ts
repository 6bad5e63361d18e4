import type { Claim, Settlement, Verdict } from './lane.ts';
import type { Clock, Store } from './ports.ts';

/** What a delivery has come to, and until when it may be written. */
export interface Unsettled {
  readonly claim: Claim;
  readonly settlement: Settlement;
  readonly leaseEndsMonotonicMs: number;
}

interface SettlePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly observer: { failed(doing: string, error: unknown): void };
}

/** Null when the lease ended before the store would take the settlement. */
export type OnSettled = (unsettled: Unsettled, verdict: Verdict | null) => void;

const retryMs = 50;

/**
 * Settles in batches: all that waits is written at once. A settlement that cannot be written is tried until its lease
 * has ended, for then another claim owns the lane.
 */
export class SettleQueue {
  readonly #ports: SettlePorts;
  readonly #onSettled: OnSettled;
  #waiting: Unsettled[] = [];
  #again: Unsettled[] = [];
  #againAtMonotonicMs = 0;

  constructor(ports: SettlePorts, onSettled: OnSettled) {
    this.#ports = ports;
    this.#onSettled = onSettled;
  }

  add(unsettled: Unsettled): void {
    this.#waiting.push(unsettled);
  }

  /** The endpoints of what waits. */
  endpointIds(): ReadonlySet<string> {
    return new Set(this.#waiting.map(({ settlement }) => settlement.endpointId));
  }

  /** How long until what could not be written is to be tried again; Infinity when there is nothing of the kind. */
  retryInMs(): number {
    if (this.#again.length === 0) return Number.POSITIVE_INFINITY;
    return Math.max(1, this.#againAtMonotonicMs - this.#ports.clock.monotonicMs());
  }

  /** Writes what waits as one batch. Returns how many settlements that were. */
  async settle(): Promise<number> {
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
    }
    return batch.length;
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
