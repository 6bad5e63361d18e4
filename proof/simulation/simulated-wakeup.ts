import type { Wakeup } from '@doorbell/engine';
import type { Kernel, Owner, Scheduled } from './kernel.ts';

interface WakeupParts {
  readonly kernel: Kernel;
  readonly owner: Owner;
  /** Those who sleep over polls that would find nothing; called when something has changed. */
  readonly asleep: Set<() => void>;
  /** When the worker next expects something to be due; null when something is. */
  nextDueInMs(): number | null;
}

const pollMs = 1_000;

/**
 * As the engine's own, with one difference: polls that cannot find anything, because nothing has changed and nothing
 * has come due since, do not happen. Otherwise the hours in which an endpoint is dead would be hours of polling.
 */
export function simulatedWakeup({ kernel, owner, asleep, nextDueInMs }: WakeupParts): Wakeup {
  let hinted = false;
  let endWait: (() => void) | null = null;
  const wake = (): void => {
    hinted = true;
    endWait?.();
  };

  function sleep(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const sinceMs = kernel.nowMs;
    const dueInMs = nextDueInMs();
    const isPoll = timeoutMs >= pollMs && dueInMs !== null;
    return new Promise((resolve) => {
      let alarm: Scheduled | null = null;
      const end = (): void => {
        if (alarm !== null) alarm.cancelled = true;
        asleep.delete(wakeAtNextPoll);
        signal.removeEventListener('abort', end);
        endWait = null;
        resolve();
      };
      const wakeAtNextPoll = (): void => {
        asleep.delete(wakeAtNextPoll);
        if (alarm !== null) alarm.cancelled = true;
        alarm = kernel.schedule(pollMs - ((kernel.nowMs - sinceMs) % pollMs), owner, end);
      };
      endWait = end;
      if (signal.aborted) return end();
      signal.addEventListener('abort', end, { once: true });
      if (isPoll) asleep.add(wakeAtNextPoll);
      // The last poll before it is due is the one that learns when exactly.
      const polls = isPoll && dueInMs !== null ? Math.max(1, Math.floor(dueInMs / pollMs)) : 1;
      if (polls !== Number.POSITIVE_INFINITY)
        alarm = kernel.schedule(isPoll ? polls * pollMs : timeoutMs, owner, end);
    });
  }

  return {
    hint: wake,
    wake,
    async wait(timeoutMs, signal) {
      if (!hinted) await sleep(timeoutMs, signal);
      hinted = false;
    },
  };
}
