import { AppendRefused, InvalidChanges, type NewChange } from '@doorbell/engine';
import type { Dice } from './dice.ts';
import type { Journal } from './journal.ts';
import type { Kernel } from './kernel.ts';
import type { Machine } from './machine.ts';
import type { Plan } from './plan.ts';

/** The way of most tasks, and the states that they may come back to (contract.md, transitions). */
const way = [9000, 10000, 20000, 30000, 40000, 45000, 40000, 45000, 50000] as const;
const odd = [0, 51000, 52000] as const;
const answerAwaitedMs = 30_000;

interface Batch {
  readonly number: number;
  readonly changes: readonly NewChange[];
}

interface TaskWalk {
  readonly customerId: string;
  readonly houseTaskId: string;
  step: number;
}

/** The platform that reports changes: in batches, at uneven times, and again when it did not hear an answer. */
export class Producer {
  /** Changes that are still to be appended. */
  left: number;
  readonly #kernel: Kernel;
  readonly #journal: Journal;
  readonly #machine: Machine;
  readonly #dice: Dice;
  readonly #plan: Plan;
  readonly #tasks: readonly TaskWalk[];
  readonly #batches: WeakMap<readonly NewChange[], number>;
  readonly #done: Batch[] = [];
  #unanswered = 0;
  #numbered = 0;
  #events = 0;

  constructor(
    parts: { kernel: Kernel; journal: Journal; machine: Machine; dice: Dice; plan: Plan },
    batches: WeakMap<readonly NewChange[], number>,
  ) {
    this.#kernel = parts.kernel;
    this.#journal = parts.journal;
    this.#machine = parts.machine;
    this.#dice = parts.dice;
    this.#plan = parts.plan;
    this.#batches = batches;
    this.left = parts.plan.changes;
    this.#tasks = customerIds(parts.plan).flatMap((customerId) =>
      Array.from({ length: parts.plan.tasksPerCustomer }, (_, index) => ({
        customerId,
        houseTaskId: `T${index}`,
        step: 0,
      })),
    );
  }

  /** Nothing left to append, and nothing that an answer is still awaited for. */
  get isDone(): boolean {
    return this.left <= 0 && this.#unanswered === 0;
  }

  start(): void {
    const meanMs = this.#plan.troubleMs / (this.#plan.changes / 3);
    const next = (): void => {
      if (this.left <= 0) return;
      const isBurst = this.#dice.chance(0.3);
      this.#kernel.schedule(isBurst ? 0 : 2 * meanMs * this.#dice.random(), null, () => {
        this.#send(this.#dice.chance(0.05) ? this.#repeated() : this.#fresh());
        next();
      });
    };
    next();
  }

  #repeated(): Batch {
    if (this.#done.length === 0) return this.#fresh();
    const { changes } = this.#dice.pick(this.#done);
    return this.#batch([...changes]);
  }

  #fresh(): Batch {
    const wanted = this.#dice.chance(0.5) ? 1 : this.#dice.between(2, 8);
    const count = Math.min(wanted, this.left);
    const canRepeat = this.#dice.chance(0.8);
    this.left -= count;
    return this.#batch(Array.from({ length: count }, () => this.#change(canRepeat)));
  }

  #batch(changes: readonly NewChange[]): Batch {
    this.#numbered += 1;
    this.#batches.set(changes, this.#numbered);
    return { number: this.#numbered, changes };
  }

  #change(canRepeat: boolean): NewChange {
    // A few tasks change much more often than the others.
    const hot = this.#tasks.slice(0, Math.max(1, Math.floor(this.#tasks.length / 8)));
    const task = this.#dice.pick(this.#dice.chance(0.4) ? hot : this.#tasks);
    const isOdd = this.#dice.chance(0.05);
    const state = isOdd ? this.#dice.pick(odd) : (way[task.step % way.length] ?? 9000);
    if (!isOdd) task.step += 1;
    this.#events += 1;
    return {
      customerId: task.customerId,
      houseTaskId: task.houseTaskId,
      houseId: `H${task.houseTaskId}`,
      packageId: `P${this.#events}`,
      userId: 'U1',
      userName: 'Åsa 王',
      state,
      extra: {},
      eventId: canRepeat ? `E${this.#events}` : null,
    };
  }

  #send(batch: Batch): void {
    const worker = this.#machine.liveWorkers()[0] && this.#dice.pick(this.#machine.liveWorkers());
    const canRepeat = batch.changes.every(({ eventId }) => eventId !== null);
    if (worker === undefined || this.#machine.process?.stopping) {
      this.#later(batch);
      return;
    }
    let isOpen = true;
    this.#unanswered += 1;
    const close = (): boolean => {
      if (!isOpen) return false;
      isOpen = false;
      this.#unanswered -= 1;
      return true;
    };
    const again = (): void => {
      if (close() && canRepeat) this.#later(batch);
    };
    this.#kernel.schedule(answerAwaitedMs, null, again);
    worker.engine.append(batch.changes).then(
      (results) => {
        this.#journal.tell({ kind: 'acknowledged', batch: batch.number, results });
        if (close() && canRepeat) this.#done.push(batch);
      },
      (error) => {
        if (error instanceof AppendRefused) close();
        else if (error instanceof InvalidChanges) throw error;
        else again();
      },
    );
  }

  #later(batch: Batch): void {
    this.#unanswered += 1;
    this.#kernel.schedule(this.#dice.spread(10, 5_000), null, () => {
      this.#unanswered -= 1;
      this.#send(batch);
    });
  }
}

export function customerIds(plan: Plan): readonly string[] {
  return Array.from({ length: plan.customers }, (_, index) => `C${index}`);
}
