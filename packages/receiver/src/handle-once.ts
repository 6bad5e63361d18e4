import { type Claim, type Memory, type MemoryEntry, type MemoryKey, RepeatedNotification } from './memory.ts';
import type { ReceivedChange } from './received-change.ts';
import { notUnderstood, type Refusal, unauthenticated } from './refusal.ts';
import { RefuseError } from './refuse.ts';

/** `accepted`: the handler ran. `repeat` and `stale`: it did not need to. */
export type Outcome = 'accepted' | 'repeat' | 'stale' | Refusal;

export type Handler<Receipt> = (change: ReceivedChange, receipt: Receipt) => void | Promise<void>;

interface Running {
  /** How its text was cut into fields. */
  readonly layout: string;
  readonly leaseUntil: number;
  /** The sign beside the HMAC. */
  readonly sign: string | undefined;
  /** The copies that wait for the outcome. */
  readonly copies: ((outcome: Outcome) => void)[];
}

/**
 * Runs the handler for what the memory calls new. Copies that come while it runs wait for its outcome, so that
 * fifty at once cost one look into the memory; once it outlives its lease, the memory decides. Never rejects. `onMemoryLost` learns of a success that could not
 * be written down.
 */
export function createHandleOnce<Receipt>(
  memory: Memory<Receipt>,
  handler: Handler<Receipt>,
  onMemoryLost: (refusal: Refusal) => void,
): (change: ReceivedChange, entry: MemoryEntry) => Promise<Outcome> {
  const running = new Map<string, Running>();

  async function run(change: ReceivedChange, entry: MemoryEntry): Promise<Outcome> {
    let claim: Claim<Receipt>;
    try {
      // What was done at once is not waited for: each wait takes as long as a look into the memory.
      const answer = memory.begin(entry);
      const begun = 'outcome' in answer ? answer : await answer;
      if (begun.outcome !== 'new') return outcomeOf(begun.outcome);
      claim = begun.claim;
    } catch (cause) {
      return memoryFailed('the memory could not be asked; see cause', cause);
    }
    try {
      const handled = handler(change, claim.receipt);
      if (handled !== undefined) await handled;
    } catch (cause) {
      await release(claim);
      return cause instanceof RepeatedNotification ? cause.outcome : refusalFor(cause);
    }
    // The effect is there, so a memory that fails now must not have it sent, and done, again.
    try {
      const committed = claim.commit();
      if (committed !== undefined) await committed;
    } catch (cause) {
      onMemoryLost(
        memoryFailed('the handler succeeded, but the memory could not write it down; see cause', cause),
      );
    }
    return 'accepted';
  }

  /** Runs begin in about the order of their leases, so the first that is alive ends the search. */
  function dropOutlived(now: number): void {
    for (const [key, { leaseUntil, copies }] of running) {
      if (leaseUntil > now) return;
      running.delete(key);
      for (const answer of copies) answer(outcomeOf('busy'));
    }
  }

  async function runFirst({ key, layout }: MemoryKey, change: ReceivedChange, entry: MemoryEntry) {
    const { leaseUntil, alias } = entry;
    const mine: Running = { layout, leaseUntil, sign: alias?.key, copies: [] };
    running.set(key, mine);
    const outcome = await run(change, entry);
    if (running.get(key) === mine) running.delete(key);
    for (const answer of mine.copies) answer(outcome);
    return outcome;
  }

  async function runCopy(first: Running, change: ReceivedChange, entry: MemoryEntry): Promise<Outcome> {
    // The outcome, or that it is in progress once the run has outlived its lease.
    const outcome = await new Promise<Outcome>((resolve) => first.copies.push(resolve));
    // Signed anew: the memory must learn this sign too, or a copy stripped of its HMAC would pass for new.
    if (first.sign !== entry.alias?.key) return run(change, entry);
    return outcome === 'accepted' ? 'repeat' : outcome;
  }

  return (change, entry) => {
    const { known, now } = entry;
    if (known === null) return run(change, entry);
    if (running.size > 0) dropOutlived(now);
    const first = running.get(known.key);
    if (first === undefined) return runFirst(known, change, entry);
    // Another cut of the same text is no copy: it goes to the memory, which calls it reused.
    return first.layout === known.layout ? runCopy(first, change, entry) : run(change, entry);
  };
}

/** Where even this fails the lease runs out, and then the notification is new again. */
async function release(claim: Claim<unknown>): Promise<void> {
  try {
    await claim.release();
  } catch {}
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
        detail: 'another run is handling it, or ended while it did; free again after 60 s at most',
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
