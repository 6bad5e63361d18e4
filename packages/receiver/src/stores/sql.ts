import { type HeldEntry, type HeldKey, judgeEntry } from '../judge-entry.ts';
import type { MemoryEntry, MemoryKey, NotNew } from '../memory.ts';

/** A row as a driver gives it; PostgreSQL's bigint comes as text. */
export type Row = Readonly<Record<string, unknown>>;

/** What makes the keys of one endpoint its own, where several share a table. */
export interface ScopeOptions {
  /** Default empty. Receivers with the same scope share what they remember. */
  readonly scope?: string;
}

/** The table that both databases have; `if not exists`, so it can run at every start. */
export const memoryTable = `
create table if not exists doorbell_memory (
  key text primary key,
  layout text not null,
  sequence bigint,
  lease_until bigint,
  epoch integer not null,
  forget_at bigint not null
);
create index if not exists doorbell_memory_forget_at on doorbell_memory (forget_at);
`;

/** Every so many beginnings, what is past its time is deleted, so many rows at most. */
export const PURGE_EVERY = 256;
export const PURGE_ROWS_MAX = 1024;

/** How the keys of an entry stand in the table. */
export function rowKeys(
  scope: string,
  { known, alias, place }: MemoryEntry,
): { key: string; alias: string | null; task: string | null } {
  return {
    key: `${scope}${known?.key ?? ''}`,
    alias: alias === null ? null : `${scope}${alias.key}`,
    task: place === null ? null : `${scope}task:${place.houseTaskId}`,
  };
}

/** What the rows that were found hold of an entry. */
export function heldRows(known: Row | undefined, alias: Row | undefined, task: Row | undefined): HeldEntry {
  return { known: heldKey(known), alias: heldKey(alias), sequence: task && Number(task.sequence) };
}

function heldKey(row: Row | undefined): HeldKey | undefined {
  if (row === undefined) return undefined;
  const { layout, lease_until: leaseUntil } = row;
  return { layout: String(layout), leaseUntil: leaseUntil === null ? null : Number(leaseUntil) };
}

/** Why it could not be claimed. What was freed in between counts as busy: the next try gets it. */
export function judgeRows(entry: MemoryEntry, known: MemoryKey, held: HeldEntry): NotNew {
  const outcome = judgeEntry(entry, known, held);
  return outcome === 'new' ? 'busy' : outcome;
}
