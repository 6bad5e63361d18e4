import type { Clock, Wakeup } from '../ports.ts';

/** Wakes a waiting engine of the same process. A hint given while nobody waits is kept for the next wait. */
export function createInProcessWakeup(clock: Clock): Wakeup {
  let hinted = false;
  let endWait: (() => void) | null = null;
  const wake = (): void => {
    hinted = true;
    endWait?.();
  };

  return {
    hint: wake,
    wake,
    async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
      if (!hinted) {
        const woken = new AbortController();
        endWait = () => woken.abort();
        await clock.sleep(timeoutMs, AbortSignal.any([woken.signal, signal]));
        endWait = null;
      }
      hinted = false;
    },
  };
}
