import type { Clock } from '../ports.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A virtual clock that another thread can read: `sharedClockOf` gives it the times of the first. */
export class SharedVirtualClock extends VirtualClock {
  readonly times: Float64Array = new Float64Array(new SharedArrayBuffer(16));

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

/** What the other thread makes of `SharedVirtualClock.times`. */
export function sharedClockOf(times: Float64Array): Clock {
  return {
    now: () => times[0] ?? 0,
    monotonicMs: () => times[1] ?? 0,
    sleep: () => Promise.reject(new Error('a store does not sleep')),
  };
}
