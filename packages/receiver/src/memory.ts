/** What one key of a notification says besides itself. */
export interface MemoryKey {
  /** `id:<webhook-id>` under the HMAC, `sign:<hex>` under MD5: either is one notification's alone. */
  readonly key: string;
  /** How the signed text was cut into fields. The same sign over another cut is a forgery. Empty where the HMAC proves the cut. */
  readonly layout: string;
  /** From this epoch ms on it need not be remembered. */
  readonly forgetAt: number;
}

/** The change's place among those of its task, known only where the HMAC covers it. */
export interface TaskPlace {
  readonly houseTaskId: string;
  readonly sequence: number;
  readonly forgetAt: number;
}

/** What a memory is told of one verified notification. */
export interface MemoryEntry {
  /** Null for an unsigned notification: nothing tells it from another, so it is always new and never remembered. */
  readonly known: MemoryKey | null;
  /**
   * The sign that came beside the HMAC: looked up, claimed, released and remembered together with `known`, so that a
   * copy stripped of the HMAC is the same notification. For `stale` and `repeat` it is remembered as well.
   */
  readonly alias: MemoryKey | null;
  readonly place: TaskPlace | null;
  /** The receiver's clock, in epoch ms; a memory reads no clock of its own. */
  readonly now: number;
  /** Until then no other run of the same notification may begin, unless this one ends. */
  readonly leaseUntil: number;
}

/**
 * - `repeat`: it was handled before, by either key or as the last of its task.
 * - `stale`: a later change of its task was handled before.
 * - `reused`: its sign was seen over other fields, be it handled, begun or failed.
 * - `busy`: another run of it has begun, and neither ended nor outlived its lease.
 */
export type NotNew = 'repeat' | 'stale' | 'reused' | 'busy';

/** Leave to run the handler for one notification; exactly one of the two methods is called, at its end. */
export interface Claim<Receipt> {
  /** Handed to the handler; with a database it can remember within the handler's own transaction. */
  readonly receipt: Receipt;
  /** The handler succeeded: remembers it, unless the handler did. */
  commit(): void | Promise<void>;
  /** The handler failed: the same notification is new again; its sign over other fields stays `reused`. */
  release(): void | Promise<void>;
}

export type Begun<Receipt> =
  | { readonly outcome: 'new'; readonly claim: Claim<Receipt> }
  | { readonly outcome: NotNew };

/** What was handled before. May be shared by any number of receivers and processes of one endpoint. */
export interface Memory<Receipt = undefined> {
  /** One step that no other call can come between: of many at once for the same notification, one is `new`. */
  begin(entry: MemoryEntry): Begun<Receipt> | Promise<Begun<Receipt>>;
}

/**
 * Thrown by a receipt within the handler's transaction when another run was first. Let it pass: the transaction
 * rolls back, and the platform is answered as for any repeat.
 */
export class RepeatedNotification extends Error {
  override readonly name = 'RepeatedNotification';
  readonly outcome: 'repeat' | 'stale';

  constructor(outcome: 'repeat' | 'stale') {
    super(outcome === 'repeat' ? 'handled by another run' : 'a later change of the task was handled');
    this.outcome = outcome;
  }
}
