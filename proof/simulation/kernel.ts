import type { Random } from '@doorbell/engine';

/** Someone whose events die with it, or wait while it hangs. A worker lives within its process. */
export interface Owner {
  dead: boolean;
  stalledUntilMs: number;
  readonly within: Owner | null;
}

export interface Scheduled {
  cancelled: boolean;
}

interface Event extends Scheduled {
  readonly atMs: number;
  readonly tie: number;
  readonly number: number;
  readonly owner: Owner | null;
  readonly run: () => void;
}

interface Aftermath {
  readonly order: number;
  readonly run: () => void;
}

// Taken before the simulation replaces it: the only way to know that every promise has gone as far as it can.
const nextTurn = globalThis.setImmediate;

/**
 * Virtual time and all that happens in it, one event after the other. Events of the same millisecond happen in an
 * order that the seed decides. Between two events every promise goes as far as it can, so nothing else decides.
 */
export class Kernel {
  #nowMs = 0;
  #numbered = 0;
  #ordered = 0;
  #ran = 0;
  readonly #random: Random;
  readonly #heap: Event[] = [];
  #aftermath: Aftermath[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** True time since the beginning, which no clock jump moves. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events run so far. */
  get ran(): number {
    return this.#ran;
  }

  /** A number for each asking, to put things back into the order in which they were asked for. */
  nextOrder(): number {
    this.#ordered += 1;
    return this.#ordered;
  }

  schedule(delayMs: number, owner: Owner | null, run: () => void): Scheduled {
    this.#numbered += 1;
    const atMs = this.#nowMs + Math.max(0, Math.round(delayMs));
    const event: Event = { atMs, tie: this.#random(), number: this.#numbered, owner, run, cancelled: false };
    push(this.#heap, event);
    return event;
  }

  /** Runs `run` when every promise of the present event has gone as far as it can, in the order of `order`. */
  afterTurn(order: number, run: () => void): void {
    this.#aftermath.push({ order, run });
  }

  /** Runs until `done` says so, or nothing is left to happen; at most up to `untilMs`. */
  async run(untilMs: number, done: () => boolean): Promise<void> {
    await this.#settle();
    while (!done()) {
      const event = this.#heap[0];
      if (event === undefined || event.atMs > untilMs) {
        this.#nowMs = Math.max(this.#nowMs, untilMs);
        return;
      }
      pop(this.#heap);
      if (event.cancelled || isDead(event.owner)) continue;
      const stalledUntilMs = stallOf(event.owner);
      if (stalledUntilMs > event.atMs) {
        push(this.#heap, {
          ...event,
          atMs: stalledUntilMs,
          tie: this.#random(),
          run: () => runUnless(event),
        });
        continue;
      }
      this.#nowMs = event.atMs;
      this.#ran += 1;
      event.run();
      await this.#settle();
    }
  }

  async #settle(): Promise<void> {
    await turn();
    while (this.#aftermath.length > 0) {
      const batch = this.#aftermath.sort((a, b) => a.order - b.order);
      this.#aftermath = [];
      for (const { run } of batch) run();
      await turn();
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    nextTurn(resolve);
  });
}

function runUnless(event: Event): void {
  if (!event.cancelled) event.run();
}

export function isDead(owner: Owner | null): boolean {
  for (let each = owner; each !== null; each = each.within) if (each.dead) return true;
  return false;
}

export function stallOf(owner: Owner | null): number {
  let untilMs = 0;
  for (let each = owner; each !== null; each = each.within) untilMs = Math.max(untilMs, each.stalledUntilMs);
  return untilMs;
}

function isBefore(a: Event, b: Event): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return a.tie !== b.tie ? a.tie < b.tie : a.number < b.number;
}

function push(heap: Event[], event: Event): void {
  let index = heap.length;
  heap.push(event);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, event)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let below = 2 * index + 1;
    let child = heap[below];
    const right = heap[below + 1];
    if (child !== undefined && right !== undefined && isBefore(right, child)) {
      below += 1;
      child = right;
    }
    if (child === undefined || isBefore(last, child)) break;
    heap[index] = child;
    index = below;
  }
  heap[index] = last;
}
