import type { Clock, EpochMs } from '../ports.ts';

/** The machine's clocks: the only place that reads the time or sets a timer for the core. */
export const systemClock: Clock = {
  now: (): EpochMs => Date.now(),
  monotonicMs: (): number => performance.now(),
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end, { once: true });
    });
  },
};
