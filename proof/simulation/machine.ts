import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Clock,
  createVault,
  Engine,
  type NewChange,
  type Store,
  type Vault,
  type Wakeup,
} from '@doorbell/engine';
import { openSqliteStore, type SqliteStore } from '@doorbell/engine/sqlite';
import type { Book } from './checkers/book.ts';
import type { Dice } from './dice.ts';
import type { CrashStep } from './fact.ts';
import type { Journal } from './journal.ts';
import { isDead, type Kernel, type Owner } from './kernel.ts';
import { machineClock, type WallClock } from './machine-clock.ts';
import type { Network } from './network.ts';
import type { Plan } from './plan.ts';
import { simulatedWakeup } from './simulated-wakeup.ts';
import { SimulatedStoreFault, type StoreWatch, WatchedStore } from './watched-store.ts';

const noticePollMs = 5_000;
const foreverMs = 1e9;

export interface Worker {
  readonly number: number;
  readonly owner: Owner;
  readonly engine: Engine;
  readonly wakeup: Wakeup;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

export interface Process {
  readonly owner: Owner;
  readonly store: SqliteStore;
  /** The same, as all workers have it. */
  readonly shared: Store;
  readonly path: string;
  readonly workers: Worker[];
  stopping: boolean;
}

export interface MachineParts {
  readonly kernel: Kernel;
  readonly wall: WallClock;
  readonly journal: Journal;
  readonly book: Book;
  readonly dice: Dice;
  readonly plan: Plan;
  readonly network: Network;
  readonly folder: string;
  batchOf(changes: readonly NewChange[]): number;
}

/** One computer that runs Doorbell: a process with some workers at a time, over a file that outlives them. */
export class Machine {
  process: Process | null = null;
  readonly #parts: MachineParts;
  readonly #vault: Vault;
  readonly #asleep: Set<() => void> = new Set();
  #incarnation = 0;
  #workers = 0;
  #path: string;

  constructor(parts: MachineParts) {
    this.#parts = parts;
    this.#path = join(parts.folder, 'doorbell-0.db');
    const nonces = parts.dice.fork();
    this.#vault = createVault(new Uint8Array(32).fill(7), (length) =>
      Uint8Array.from({ length }, () => nonces.between(0, 255)),
    );
  }

  start(): void {
    const { kernel, wall, journal, plan } = this.#parts;
    const owner: Owner = { dead: false, stalledUntilMs: 0, within: null };
    const clock = machineClock(kernel, wall, owner);
    const store = openSqliteStore({ path: this.#path, vault: this.#vault, clock, synchronous: 'OFF' });
    const shared = { ...store, upcoming: rememberedUpcoming(store, clock) };
    this.process = { owner, store, shared, path: this.#path, workers: [], stopping: false };
    this.#incarnation += 1;
    journal.tell({ kind: 'process-started', incarnation: this.#incarnation });
    for (let count = 0; count < plan.workers; count += 1) this.startWorker();
  }

  startWorker(): void {
    const { kernel, wall, journal, dice, plan, network } = this.#parts;
    const { process } = this;
    if (process === null || process.stopping) return;
    this.#workers += 1;
    const number = this.#workers;
    const owner: Owner = { dead: false, stalledUntilMs: 0, within: process.owner };
    const store = new WatchedStore(this.#watch(), process.shared, process.owner, owner, number);
    const clock = plan.notices
      ? machineClock(kernel, wall, owner)
      : withoutNotices(machineClock(kernel, wall, owner));
    const wakeup = simulatedWakeup({
      kernel,
      owner,
      asleep: this.#asleep,
      nextDueInMs: () => store.nextDueInMs,
    });
    const engine = new Engine({
      store,
      clock,
      wakeup: { ...wakeup, hint: () => this.#hintAll(wakeup) },
      random: dice.fork().random,
      transport: network.transportOf(owner, number, (step) => this.#crashAt(step)),
      observer: {
        settled: () => undefined,
        failed: (doing, error) => {
          // Whether it should have come to that is for the checker `told in time` to say.
          const gaveUp = /^Error: The lease of lane \d+ ended before what came of/.test(String(error));
          const injected = gaveUp || error instanceof SimulatedStoreFault;
          journal.tell({ kind: 'engine-failed', doing, error: String(error), injected });
        },
      },
    });
    const stop = new AbortController();
    journal.tell({ kind: 'worker-started', worker: number });
    process.workers.push({ number, owner, engine, wakeup, stop, ended: engine.run(stop.signal) });
  }

  /** The process ends as by kill -9: what it had not committed is gone, and nobody in it hears of anything more. */
  crash(at: CrashStep | 'anytime'): void {
    const { process } = this;
    if (process === null || isDead(process.owner)) return;
    process.owner.dead = true;
    this.process = null;
    this.#asleep.clear();
    // The next process gets the file as it is now. The old connection may commit what was queued, to the old file.
    this.#path = copyOfDatabase(process.path, join(this.#parts.folder, `doorbell-${this.#incarnation}.db`));
    void process.store.close().then(() => removeDatabase(process.path));
    this.#parts.journal.tell({ kind: 'process-ended', how: 'crashed', at });
    this.#parts.kernel.schedule(this.#parts.dice.spread(50, 20_000), null, () => this.start());
  }

  /** Ends it as an operator would; `patient` lets requests in flight finish. */
  stop(patient: boolean, thenStart: boolean): void {
    const { kernel, journal, dice } = this.#parts;
    const { process } = this;
    if (process === null || process.stopping) return;
    process.stopping = true;
    const alive = process.workers.filter(({ owner }) => !owner.dead);
    for (const { stop, engine } of alive) {
      stop.abort();
      if (!patient) engine.abandon();
    }
    void Promise.all(alive.map(({ ended }) => ended)).then(async () => {
      if (isDead(process.owner)) return;
      // Closing commits what is queued, and that is told before the process counts as ended.
      await process.store.close();
      kernel.afterTurn(kernel.nextOrder(), () => {
        process.owner.dead = true;
        this.process = null;
        this.#asleep.clear();
        journal.tell({ kind: 'process-ended', how: patient ? 'stopped' : 'abandoned', at: 'anytime' });
        if (thenStart) kernel.schedule(dice.spread(50, 20_000), null, () => this.start());
      });
    });
  }

  /** One worker ends, as by a fault of its own; the others and the leases of all go on. */
  crashWorker(worker: Worker): void {
    worker.owner.dead = true;
    this.#parts.journal.tell({ kind: 'worker-ended', worker: worker.number });
    this.#parts.kernel.schedule(this.#parts.dice.spread(50, 60_000), null, () => {
      if (this.process?.workers.includes(worker)) this.startWorker();
    });
  }

  /** The file as the next process would find it, for reading at the end. */
  openAgain(): SqliteStore {
    const owner: Owner = { dead: false, stalledUntilMs: 0, within: null };
    const clock = machineClock(this.#parts.kernel, this.#parts.wall, owner);
    return openSqliteStore({ path: this.#path, vault: this.#vault, clock, synchronous: 'OFF' });
  }

  liveWorkers(): readonly Worker[] {
    return this.process?.workers.filter(({ owner }) => !owner.dead) ?? [];
  }

  /** Whoever sleeps until a poll does not sleep past the next one. */
  changed(): void {
    for (const wakeAtNextPoll of this.#asleep) wakeAtNextPoll();
  }

  /** The store as a person at the API reaches it. */
  watch(): StoreWatch {
    return this.#watch();
  }

  #hintAll(own: Wakeup): void {
    const { dice, plan, network } = this.#parts;
    for (const { wakeup, owner } of this.process?.workers ?? []) {
      if (owner.dead) continue;
      const isLost = !network.healed && dice.chance(plan.lostHintRate);
      if (!isLost) wakeup.hint();
      else if (wakeup === own) this.#parts.journal.tell({ kind: 'hint-lost' });
    }
  }

  #watch(): StoreWatch {
    const { kernel, journal, dice, plan, network } = this.#parts;
    return {
      kernel,
      journal,
      dice,
      plan,
      batchOf: (changes) => this.#parts.batchOf(changes),
      crashAt: (step) => this.#crashAt(step),
      changed: () => this.changed(),
      isHealed: () => network.healed,
    };
  }

  #crashAt(step: CrashStep): boolean {
    const { plan, dice, network } = this.#parts;
    if (network.healed || !plan.crashSteps.includes(step) || !dice.chance(plan.crashRate)) return false;
    if (this.process === null) return false;
    this.crash(step);
    return true;
  }
}

/** The engine looks for notices every 5 s; where no endpoint has a URL for them, those looks are left out. */
function withoutNotices(clock: Clock): Clock {
  return { ...clock, sleep: (ms, signal) => clock.sleep(ms === noticePollMs ? foreverMs : ms, signal) };
}

function copyOfDatabase(from: string, to: string): string {
  for (const suffix of ['', '-wal']) {
    if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  }
  return to;
}

function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(path + suffix, { force: true });
}

/** Workers that wake together ask the same, of the same rows, at the same time: a quarter of all that is asked. */
function rememberedUpcoming(store: SqliteStore, clock: Clock): Store['upcoming'] {
  let remembered: { readonly at: string; readonly due: ReturnType<Store['upcoming']> } | undefined;
  return () => {
    const at = `${store.transactions} ${clock.now()} ${clock.monotonicMs()}`;
    if (remembered?.at !== at) remembered = { at, due: store.upcoming() };
    return remembered.due;
  };
}
