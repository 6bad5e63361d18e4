import type { Settlement, Verdict } from './lane.ts';
import type { Clock, Store } from './ports.ts';

interface Waiting {
  readonly settlement: Settlement;
  readonly leaseEndsMonotonicMs: number;
  readonly answer: (verdict: Verdict | null) => void;
}

interface SettlePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly observer: { failed(doing: string, error: unknown): void };
}

const retryMs = 50;
const neverAborted = new AbortController().signal;

/**
 * Settles in batches without waiting to fill them: what arrives while one batch is being written makes up the next.
 * A settlement that cannot be written is tried until its lease has ended, for then another claim owns the lane.
 */
export class SettleQueue {
  readonly #ports: SettlePorts;
  #waiting: Waiting[] = [];
  #settling = false;

  constructor(ports: SettlePorts) {
    this.#ports = ports;
  }

  /** The verdict, or null when the lease ended before the store would take the settlement. */
  settle(settlement: Settlement, leaseEndsMonotonicMs: number): Promise<Verdict | null> {
    return new Promise((answer) => {
      this.#waiting.push({ settlement, leaseEndsMonotonicMs, answer });
      if (!this.#settling) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#settling = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const again = await this.#settleBatch(batch);
      if (again.length > 0) {
        this.#waiting = [...again, ...this.#waiting];
        await this.#ports.clock.sleep(retryMs, neverAborted);
      }
    }
    this.#settling = false;
  }

  /** Returns those that are to be tried again. */
  async #settleBatch(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
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
    return batch.filter(({ leaseEndsMonotonicMs, answer }, index) => {
      const verdict = verdicts[index] ?? 'busy';
      if (verdict !== 'busy') answer(verdict);
      else if (clock.monotonicMs() < leaseEndsMonotonicMs) return true;
      else answer(null);
      return false;
    });
  }
}
