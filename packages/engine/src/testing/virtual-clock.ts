import type { Clock, EpochMs } from '../ports.ts';

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

/** A clock that moves only when told to. Sleepers wake in the order of their time. */
export class VirtualClock implements Clock {
  #now: EpochMs;
  #monotonicMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs: EpochMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now(): EpochMs {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const sleeper: Sleeper = {
        wakeAtMs: this.#monotonicMs + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  /** How many are asleep: lets a test wait until the code under test waits. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  advance(ms: number): void {
    const untilMs = this.#monotonicMs + ms;
    for (let next = this.#nextSleeper(untilMs); next; next = this.#nextSleeper(untilMs)) {
      this.#moveTo(next.wakeAtMs);
      next.wake();
    }
    this.#moveTo(untilMs);
  }

  /** A step of the wall clock alone, as an operator or NTP makes it. */
  jump(ms: number): void {
    this.#now += ms;
  }

  #moveTo(monotonicMs: number): void {
    this.#now += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }

  #nextSleeper(untilMs: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.wakeAtMs <= untilMs && (!first || sleeper.wakeAtMs < first.wakeAtMs)) first = sleeper;
    }
    return first;
  }
}
