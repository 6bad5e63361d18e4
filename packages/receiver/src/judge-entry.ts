import type { MemoryEntry, MemoryKey, NotNew } from './memory.ts';

/** What a store holds under a key. */
export interface HeldKey {
  readonly layout: string;
  /** Null once handled; 0 when the handler failed. */
  readonly leaseUntil: number | null;
}

/** What a store holds of an entry, forgotten keys left out. */
export interface HeldEntry {
  readonly known: HeldKey | undefined;
  readonly alias: HeldKey | undefined;
  /** The highest handled of the entry's task. */
  readonly sequence: number | undefined;
}

/**
 * The one rule of every store. A key that is known goes before the sequence, so that a late repeat is answered as
 * the first time; the sequence goes before the alias, so that a stale one is.
 */
export function judgeEntry(entry: MemoryEntry, known: MemoryKey, held: HeldEntry): NotNew | 'new' {
  const { alias, place, now } = entry;
  if (held.known !== undefined && held.known.layout !== known.layout) return 'reused';
  if (held.known?.leaseUntil === null) return 'repeat';
  if (held.alias !== undefined && held.alias.layout !== alias?.layout) return 'reused';
  if (place !== null && held.sequence !== undefined && held.sequence >= place.sequence) {
    return held.sequence === place.sequence ? 'repeat' : 'stale';
  }
  if (held.alias?.leaseUntil === null) return 'repeat';
  return isLeased(held.known, now) || isLeased(held.alias, now) ? 'busy' : 'new';
}

/** What must be remembered as handled for an outcome without a run, so that a copy under the other key has none either. */
export function listUnremembered(
  { known, alias }: MemoryEntry,
  outcome: NotNew | 'new',
  held: HeldEntry,
): readonly MemoryKey[] {
  const unremembered: MemoryKey[] = [];
  if (outcome !== 'repeat' && outcome !== 'stale') return unremembered;
  if (known !== null && outcome === 'repeat' && held.known?.leaseUntil !== null) unremembered.push(known);
  if (alias !== null && held.alias?.leaseUntil !== null) unremembered.push(alias);
  return unremembered;
}

function isLeased(held: HeldKey | undefined, now: number): boolean {
  return held !== undefined && held.leaseUntil !== null && held.leaseUntil > now;
}
