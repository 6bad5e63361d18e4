import type { MemoryEntry, NotNew } from './memory.ts';

/** What a store holds under a key. */
export interface HeldKey {
  readonly layout: string;
  /** Null once handled; 0 when the handler failed. */
  readonly leaseUntil: number | null;
}

/**
 * The one rule of every store. `handledSequence` is the highest handled of the entry's task. A key that is known
 * goes before the sequence, so that a late repeat is answered as the first time.
 */
export function judgeEntry(
  entry: MemoryEntry,
  layout: string,
  held: HeldKey | undefined,
  handledSequence: number | undefined,
): NotNew | 'new' {
  if (held !== undefined && held.layout !== layout) return 'reused';
  if (held?.leaseUntil === null) return 'repeat';
  if (entry.place !== null && handledSequence !== undefined && handledSequence >= entry.place.sequence) {
    return handledSequence === entry.place.sequence ? 'repeat' : 'stale';
  }
  return held !== undefined && held.leaseUntil > entry.now ? 'busy' : 'new';
}
