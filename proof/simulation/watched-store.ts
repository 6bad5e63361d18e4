import type { ClaimRequest, NewChange, Settlement, Store, Verdict } from '@doorbell/engine';
import { AppendRefused } from '@doorbell/engine';
import type { Dice } from './dice.ts';
import type { CrashStep } from './fact.ts';
import type { Journal } from './journal.ts';
import { isDead, type Kernel, type Owner } from './kernel.ts';
import type { Plan } from './plan.ts';

export interface StoreWatch {
  readonly kernel: Kernel;
  readonly journal: Journal;
  readonly dice: Dice;
  readonly plan: Plan;
  /** The batch that an append belongs to. */
  batchOf(changes: readonly NewChange[]): number;
  /** Ends the process here and now, if this is one of the moments at which it is to end. */
  crashAt(step: CrashStep): boolean;
  /** Something in the database has changed: whoever sleeps until its next poll finds out then. */
  changed(): void;
  isHealed(): boolean;
}

/** Thrown in place of the database's own errors: a full disk, a lost connection. */
export class SimulatedStoreFault extends Error {}

interface Call<T> {
  readonly step: 'append' | 'claim' | 'settle' | null;
  run(): Promise<T>;
  tell(value: T): void;
  refused?(error: unknown): void;
}

const faultDelayMs = 20;
/** Within one event, without an answer from anywhere: a round or two are right, a hundred are a loop. */
const askedMax = 100;
/** How long after a fault of the store nothing is proven by waiting: the engine's own pause, and some. */
const disturbanceMs = 1_500;

/**
 * The real store as one worker reaches it. What was committed is told in the order of asking, before anyone is
 * answered; between commit and answer the process may die, or the answer may get lost.
 */
export class WatchedStore implements Store {
  readonly #watch: StoreWatch;
  readonly #store: Store;
  readonly #process: Owner;
  readonly #owner: Owner;
  readonly #worker: number;
  /** When the engine asked what is due: this round, and the round before, by which it claims. */
  #askedAtMs = 0;
  #asked = 0;
  #askedDuring = 0;
  /** The earliest that the engine then knew to be due later; null when something was due already. */
  nextDueInMs: number | null = null;

  constructor(watch: StoreWatch, store: Store, process: Owner, owner: Owner, worker: number) {
    this.#watch = watch;
    this.#store = store;
    this.#process = process;
    this.#owner = owner;
    this.#worker = worker;
  }

  append(changes: readonly NewChange[]): ReturnType<Store['append']> {
    const { journal } = this.#watch;
    const batch = this.#watch.batchOf(changes);
    return this.#call({
      step: 'append',
      run: () => this.#store.append(changes),
      tell: (results) => {
        changes.forEach((change, index) => {
          const result = results[index];
          if (result !== undefined) journal.tell({ kind: 'appended', batch, change, result });
        });
      },
      refused: (error) => {
        const reason = error instanceof AppendRefused ? error.reason : String(error);
        journal.tell({ kind: 'append-refused', batch, reason, changes });
      },
    });
  }

  claim(request: ClaimRequest): ReturnType<Store['claim']> {
    const { kernel, journal } = this.#watch;
    const [askedAtMs, calledAtMs] = [this.#askedAtMs, kernel.nowMs];
    return this.#call({
      step: 'claim',
      run: () => this.#store.claim(request),
      tell: (claims) => {
        for (const claim of claims) {
          journal.tell({ kind: 'claimed', worker: this.#worker, askedAtMs, calledAtMs, claim });
        }
      },
    });
  }

  settle(settlements: readonly Settlement[]): Promise<readonly Verdict[]> {
    const { dice, plan, journal } = this.#watch;
    const busy = settlements.map(() => this.#isFaulty() && dice.chance(Math.min(1, 5 * plan.storeFaultRate)));
    const written = settlements.filter((_, index) => !busy[index]);
    if (busy.includes(true)) this.#disturb('busy');
    if (written.length === 0)
      return this.#after(
        0,
        busy.map(() => 'busy' as const),
      );
    const settled = this.#call({
      step: 'settle',
      run: () => this.#store.settle(written),
      tell: (verdicts) => {
        written.forEach((settlement, index) => {
          const verdict = verdicts[index] ?? 'busy';
          journal.tell({ kind: 'settled', worker: this.#worker, settlement, verdict });
        });
      },
    });
    return settled.then((verdicts) => {
      const queue = [...verdicts];
      return busy.map((isBusy) => (isBusy ? 'busy' : (queue.shift() ?? 'busy')));
    });
  }

  upcoming(): ReturnType<Store['upcoming']> {
    if (isDead(this.#owner)) return never();
    const { kernel, journal } = this.#watch;
    this.#askedAtMs = kernel.nowMs;
    this.#asked = this.#askedDuring === kernel.ran ? this.#asked + 1 : 1;
    this.#askedDuring = kernel.ran;
    if (this.#asked > askedMax) {
      journal.report('no surprise', 'The engine asks without end, and lets nothing else happen.');
      return never();
    }
    return this.#store.upcoming().then((due) => {
      const times = due.map(({ dueInMs }) => dueInMs);
      this.nextDueInMs = times.some((ms) => ms <= 0) ? null : Math.min(...times);
      return due;
    });
  }

  claimNotices(limit: number, leaseMs: number): ReturnType<Store['claimNotices']> {
    return this.#call({
      step: null,
      run: () => this.#store.claimNotices(limit, leaseMs),
      tell: (notices) => {
        for (const notice of notices) this.#watch.journal.tell({ kind: 'notice-claimed', notice });
      },
    });
  }

  settleNotices(settlements: Parameters<Store['settleNotices']>[0]): Promise<void> {
    return this.#call({
      step: null,
      run: () => this.#store.settleNotices(settlements),
      tell: () => {
        for (const settlement of settlements)
          this.#watch.journal.tell({ kind: 'notice-settled', settlement });
      },
    });
  }

  retire(retentionMs: number | null): ReturnType<Store['retire']> {
    return this.#store.retire(retentionMs);
  }

  #call<T>(call: Call<T>): Promise<T> {
    if (isDead(this.#owner)) return never();
    const { kernel, dice } = this.#watch;
    const isFaulty = call.step !== null && this.#isFaulty();
    if (isFaulty && dice.chance(0.5)) {
      this.#disturb(`${call.step} failed before its commit`);
      return this.#fail(faultDelayMs);
    }
    const order = kernel.nextOrder();
    const running = call.run();
    if (call.step !== null && this.#watch.crashAt(`${call.step}-queued`)) {
      // Whatever the old connection still answers, nobody is there to hear it.
      running.catch(() => undefined);
      return never();
    }
    return new Promise((resolve, reject) => {
      const answer = (run: () => void): void => {
        kernel.schedule(0, this.#owner, run);
      };
      running.then(
        (value) => {
          if (isDead(this.#process)) return;
          kernel.afterTurn(order, () => {
            call.tell(value);
            if (call.step !== 'claim' || (value as readonly unknown[]).length > 0) this.#watch.changed();
            if (call.step !== null && this.#watch.crashAt(`${call.step}-committed`)) return;
            if (!isFaulty) return answer(() => resolve(value));
            this.#disturb(`${call.step} failed after its commit`);
            answer(() => reject(new SimulatedStoreFault('The answer got lost.')));
          });
        },
        (error) => {
          if (isDead(this.#process)) return;
          kernel.afterTurn(order, () => {
            call.refused?.(error);
            answer(() => reject(error));
          });
        },
      );
    });
  }

  #isFaulty(): boolean {
    const { dice, plan } = this.#watch;
    return plan.storeFaultRate > 0 && !this.#watch.isHealed() && dice.chance(plan.storeFaultRate);
  }

  #disturb(by: string): void {
    const { kernel, journal } = this.#watch;
    journal.tell({ kind: 'disturbed', by, untilMs: kernel.nowMs + disturbanceMs });
  }

  #after<T>(ms: number, value: T): Promise<T> {
    return new Promise((resolve) => {
      this.#watch.kernel.schedule(ms, this.#owner, () => resolve(value));
    });
  }

  #fail(ms: number): Promise<never> {
    return new Promise((_, reject) => {
      const fail = (): void => reject(new SimulatedStoreFault('The disk is full.'));
      this.#watch.kernel.schedule(ms, this.#owner, fail);
    });
  }
}

/** What the dead are answered. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}
