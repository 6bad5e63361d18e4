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
        // With a reason of its own: without one each wake-up would make a DOMException, and its stack.
        const end = () => woken.abort('woken');
        if (signal.aborted) end();
        signal.addEventListener('abort', end, { once: true });
        endWait = end;
        await clock.sleep(timeoutMs, woken.signal);
        endWait = null;
        signal.removeEventListener('abort', end);
      }
      hinted = false;
    },
  };
}
