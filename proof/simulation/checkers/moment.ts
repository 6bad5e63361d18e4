/**
 * A point in time, twice: by the true clock, and by the fastest clock that Doorbell may have gone by, which is the true
 * one plus every jump forward so far. What happened between two moments lies between the two differences.
 */
export interface Moment {
  readonly trueMs: number;
  readonly fastMs: number;
}

/** Keeps count of what an operator or NTP did to the wall clock. */
export class Timeline {
  #forwardMs = 0;
  #backMs = 0;

  jumped(ms: number): void {
    if (ms > 0) this.#forwardMs += ms;
    else this.#backMs -= ms;
  }

  at(trueMs: number): Moment {
    return { trueMs, fastMs: trueMs + this.#forwardMs };
  }

  /** All jumps back so far: a clock that follows the wall clock may be late by so much. */
  get backMs(): number {
    return this.#backMs;
  }
}
