import { BoundedMap } from './bounded-map.ts';
import { type HeldKey, judgeEntry, listUnremembered } from './judge-entry.ts';
import type { Claim, Memory, MemoryEntry, MemoryKey } from './memory.ts';

interface Held extends HeldKey {
  leaseUntil: number | null;
  readonly forgetAt: number;
  /** Which claim it belongs to: a run that outlived its lease must not end the next one's. */
  readonly claim: number;
}

interface Handled {
  readonly sequence: number;
  readonly forgetAt: number;
}

const ENTRIES_MAX = 100_000;

/**
 * Remembers in this process, until it ends: the last 100,000 keys and as many tasks, unless told otherwise. The
 * oldest go first. About 500 bytes each.
 */
export function createMemory(options: { readonly entriesMax?: number } = {}): Memory {
  const entriesMax = options.entriesMax ?? ENTRIES_MAX;
  if (!Number.isSafeInteger(entriesMax) || entriesMax < 1) {
    throw new RangeError('entriesMax must be a whole number, 1 or more');
  }
  const keys = new BoundedMap<Held>(entriesMax);
  const tasks = new BoundedMap<Handled>(entriesMax);

  let claims = 0;

  function hold({ key, layout, forgetAt }: MemoryKey, claim: number, leaseUntil: number | null): void {
    keys.put(key, { layout, leaseUntil, forgetAt, claim });
  }

  /** Whoever ran it: a sign over these fields was handled, and over others it is not ours to change. */
  function remember(key: MemoryKey, now: number): void {
    const held = find(keys, key.key, now);
    if (held === undefined || held.layout === key.layout) hold(key, held?.claim ?? 0, null);
  }

  function advance({ place, now }: MemoryEntry): void {
    if (place === null) return;
    const handled = find(tasks, place.houseTaskId, now);
    if (handled === undefined || handled.sequence < place.sequence) {
      tasks.put(place.houseTaskId, place);
    }
  }

  function commit(entry: MemoryEntry, known: MemoryKey, claim: number): void {
    const held = keys.get(known.key);
    if (held?.claim !== claim) return;
    if (entry.alias !== null) remember(entry.alias, entry.now);
    held.leaseUntil = null;
    advance(entry);
  }

  function release(key: MemoryKey | null, claim: number): void {
    const held = key === null ? undefined : keys.get(key.key);
    if (held?.claim === claim && held.leaseUntil !== null) held.leaseUntil = 0;
  }

  return {
    begin(entry) {
      const { known, alias, place, now } = entry;
      if (known === null) return { outcome: 'new', claim: unremembered };
      const held = {
        known: find(keys, known.key, now),
        alias: alias === null ? undefined : find(keys, alias.key, now),
        sequence: place === null ? undefined : find(tasks, place.houseTaskId, now)?.sequence,
      };
      const outcome = judgeEntry(entry, known, held);
      if (outcome !== 'new') {
        for (const key of listUnremembered(entry, outcome, held)) remember(key, now);
        if (outcome === 'repeat') advance(entry);
        return { outcome };
      }
      const number = ++claims;
      if (alias !== null) hold(alias, number, entry.leaseUntil);
      hold(known, number, entry.leaseUntil);
      const claim: Claim<undefined> = {
        receipt: undefined,
        commit: () => commit(entry, known, number),
        release: () => {
          release(alias, number);
          release(known, number);
        },
      };
      return { outcome, claim };
    },
  };
}

const unremembered: Claim<undefined> = {
  receipt: undefined,
  commit() {},
  release() {},
};

function find<Value extends { readonly forgetAt: number }>(
  among: BoundedMap<Value>,
  key: string,
  now: number,
): Value | undefined {
  const value = among.get(key);
  return value !== undefined && value.forgetAt > now ? value : undefined;
}
