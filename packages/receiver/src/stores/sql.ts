import { judgeEntry } from '../judge-entry.ts';
import type { MemoryEntry, NotNew } from '../memory.ts';

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

/** Why the row could not be claimed. What was freed in between counts as busy: the next try gets it. */
export function judgeRows(
  entry: MemoryEntry,
  layout: string,
  held: Row | undefined,
  task: Row | undefined,
): NotNew {
  const outcome = judgeEntry(
    entry,
    layout,
    held && {
      layout: String(held.layout),
      leaseUntil: held.lease_until === null ? null : Number(held.lease_until),
    },
    task && Number(task.sequence),
  );
  return outcome === 'new' ? 'busy' : outcome;
}
