import type { Clock } from '@doorbell/engine';
import { systemClock } from '@doorbell/engine/system';

export interface MovableClock extends Clock {
  /** Lets that much time pass at once, for whoever asks for the time. */
  move(ms: number): void;
  /** To the machine's time. */
  catchUp(): void;
}

/** The machine's clock, set back by so much: so that a test can bring yesterday along. */
export function createMovableClock(behindMs: number): MovableClock {
  let offsetMs = -behindMs;
  return {
    ...systemClock,
    now: () => systemClock.now() + offsetMs,
    monotonicMs: () => systemClock.monotonicMs() + offsetMs,
    move: (ms) => {
      offsetMs += ms;
    },
    catchUp: () => {
      offsetMs = Math.max(offsetMs, 0);
    },
  };
}
