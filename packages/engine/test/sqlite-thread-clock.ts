import type { Clock } from '../src/ports.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';

/** A virtual clock that another thread can read: `reading` gives it the times of the first. */
export class SharedVirtualClock extends VirtualClock {
  readonly times = new Float64Array(new SharedArrayBuffer(16));

  constructor() {
    super();
    this.#share();
  }

  override advance(ms: number): void {
    super.advance(ms);
    this.#share();
  }

  override jump(ms: number): void {
    super.jump(ms);
    this.#share();
  }

  #share(): void {
    this.times[0] = this.now();
    this.times[1] = this.monotonicMs();
  }
}

export function reading(times: Float64Array): Clock {
  return {
    now: () => times[0] ?? 0,
    monotonicMs: () => times[1] ?? 0,
    sleep: () => Promise.reject(new Error('a store does not sleep')),
  };
}
