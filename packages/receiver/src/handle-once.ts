import { type Claim, type Memory, type MemoryEntry, RepeatedNotification } from './memory.ts';
import type { ReceivedChange } from './received-change.ts';
import { notUnderstood, type Refusal, unauthenticated } from './refusal.ts';
import { RefuseError } from './refuse.ts';

/** `accepted`: the handler ran. `repeat` and `stale`: it did not need to. */
export type Outcome = 'accepted' | 'repeat' | 'stale' | Refusal;

export type Handler<Receipt> = (change: ReceivedChange, receipt: Receipt) => void | Promise<void>;

/**
 * Runs the handler for what the memory calls new. Copies that come while it runs wait for its outcome, so that
 * fifty at once cost one look into the memory. Never rejects. `onMemoryLost` learns of a success that could not
 * be written down.
 */
export function createHandleOnce<Receipt>(
  memory: Memory<Receipt>,
  handler: Handler<Receipt>,
  onMemoryLost: (refusal: Refusal) => void,
): (change: ReceivedChange, entry: MemoryEntry) => Promise<Outcome> {
  const running = new Map<string, Promise<Outcome>>();

  async function run(change: ReceivedChange, entry: MemoryEntry): Promise<Outcome> {
    let claim: Claim<Receipt>;
    try {
      const begun = await memory.begin(entry);
      if (begun.outcome !== 'new') return outcomeOf(begun.outcome);
      claim = begun.claim;
    } catch (cause) {
      return memoryFailed('the memory could not be asked; see cause', cause);
    }
    try {
      await handler(change, claim.receipt);
    } catch (cause) {
      // Where even this fails the lease runs out, and then the notification is new again.
      await claim.release().catch(() => {});
      return cause instanceof RepeatedNotification ? cause.outcome : refusalFor(cause);
    }
    // The effect is there, so a memory that fails now must not have it sent, and done, again.
    await claim.commit().catch((cause: unknown) => {
      onMemoryLost(
        memoryFailed('the handler succeeded, but the memory could not write it down; see cause', cause),
      );
    });
    return 'accepted';
  }

  return async (change, entry) => {
    if (entry.known === null) return run(change, entry);
    // Another cut of the same text is no copy: it goes to the memory, which calls it reused.
    const key = `${entry.known.key} ${entry.known.layout}`;
    const first = running.get(key);
    if (first !== undefined) {
      const outcome = await first;
      return outcome === 'accepted' ? 'repeat' : outcome;
    }
    const mine = run(change, entry);
    running.set(key, mine);
    try {
      return await mine;
    } finally {
      running.delete(key);
    }
  };
}

function outcomeOf(outcome: 'repeat' | 'stale' | 'reused' | 'busy'): Outcome {
  switch (outcome) {
    case 'reused':
      return unauthenticated({
        code: 'sign-reused',
        field: 'sign',
        detail: 'this sign came before over the same text cut into other fields',
      });
    case 'busy':
      return notUnderstood({
        code: 'notification-in-progress',
        field: null,
        detail: 'another process is handling it, or ended while it did; free again after 60 s at most',
      });
    default:
      return outcome;
  }
}

function memoryFailed(detail: string, cause: unknown): Refusal {
  return { code: 'memory-failed', field: null, detail, state: 500, cause };
}

function refusalFor(cause: unknown): Refusal {
  if (cause instanceof RefuseError) {
    return { code: 'handler-refused', field: null, detail: cause.reason, state: cause.state, cause };
  }
  return { code: 'handler-failed', field: null, detail: 'the handler threw; see cause', state: 500, cause };
}
