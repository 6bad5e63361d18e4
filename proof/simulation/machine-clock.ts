import type { Clock, EpochMs } from '@doorbell/engine';
import type { Kernel, Owner } from './kernel.ts';

/** The wall clock of the machine, which operators and NTP move; true time is the kernel's. */
export class WallClock {
  readonly #kernel: Kernel;
  readonly #startMs: EpochMs = Date.UTC(2026, 0, 1);
  #offsetMs = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  now(): EpochMs {
    return this.trueNow() + this.#offsetMs;
  }

  /** What a clock that nobody moved would show. */
  trueNow(): EpochMs {
    return this.#startMs + this.#kernel.nowMs;
  }

  jump(ms: number): void {
    this.#offsetMs += ms;
  }
}

/** What a process of the machine reads and waits by. Its monotonic clock starts anew with it and never jumps. */
export function machineClock(kernel: Kernel, wall: WallClock, owner: Owner): Clock {
  const startedMs = kernel.nowMs;
  return {
    now: () => wall.now(),
    monotonicMs: () => kernel.nowMs - startedMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const wake = (): void => {
          alarm.cancelled = true;
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const alarm = kernel.schedule(ms, owner, wake);
        signal.addEventListener('abort', wake, { once: true });
      }),
  };
}
