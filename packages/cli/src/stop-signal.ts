import { systemClock } from '@doorbell/engine/system';

/** Ctrl-C under npm arrives twice: from the terminal and from npm. Within this time it is one wish. */
const sameWishMs = 500;

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let askedAtMs: number | null = null;
    const stop = (_signal: NodeJS.Signals, number: number): void => {
      if (askedAtMs === null) {
        askedAtMs = systemClock.monotonicMs();
        resolve();
      } else if (systemClock.monotonicMs() - askedAtMs > sameWishMs) {
        process.exit(128 + number);
      }
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
