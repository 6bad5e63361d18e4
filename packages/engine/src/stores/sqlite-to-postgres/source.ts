import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Clock, EpochMs } from '../../ports.ts';
import { dayMs } from '../../retention.ts';
import type { Vault } from '../../vault.ts';
import { openSqliteStore } from '../sqlite/open.ts';
import { lockOwner } from '../sqlite/owner-lock.ts';
import { ImportRefused } from './import-refused.ts';

export type SourceRow = Readonly<Record<string, string | number | null>>;

/** A table that is to be copied. */
export interface SourceTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

/** An embedded database that nobody serves meanwhile. */
export interface Source {
  /** In the order in which they were made: what refers to others comes after them. */
  readonly tables: readonly SourceTable[];
  read(table: SourceTable): Iterable<SourceRow>;
  /** The newest days of UTC, at most `limit`, in which attempts were recorded: each by its first millisecond. */
  listAttemptDays(limit: number): readonly EpochMs[];
  close(): void;
}

/** How far the walk over old rows has come, and how often the file was served, mean nothing elsewhere. */
const ofThisFileOnly: readonly string[] = ['retirement', 'served'];

/**
 * Opens the file once as a server does, so that its schema is of today, its leases are taken back and its keys open with
 * this master key; then holds it for reading. Throws `ImportRefused` when there is none, `DatabaseInUse`, and what
 * `openSqliteStore` throws.
 */
export async function openSource(path: string, vault: Vault, clock: Clock): Promise<Source> {
  if (!existsSync(path))
    throw new ImportRefused(`There is no database at ${path}. Name its file, or its directory.`);
  await openSqliteStore({ path, vault, clock }).close();
  const lock = lockOwner(path);
  const database = new DatabaseSync(path, { readOnly: true });
  return {
    tables: tablesOf(database),
    read: (table) => database.prepare(`select * from "${table.name}"`).iterate() as Iterable<SourceRow>,
    listAttemptDays: (limit) =>
      database
        .prepare(
          `select distinct recorded_at / ${dayMs} * ${dayMs} as day from attempt order by day desc limit ?`,
        )
        .all(limit)
        .map((row) => Number(row.day)),
    close() {
      database.close();
      lock.release();
    },
  };
}

function tablesOf(database: DatabaseSync): readonly SourceTable[] {
  const names = database
    .prepare(
      `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by rowid`,
    )
    .all()
    .map((row) => String(row.name))
    .filter((name) => !ofThisFileOnly.includes(name));
  return names.map((name) => ({
    name,
    columns: database
      .prepare('select name from pragma_table_info(?)')
      .all(name)
      .map((row) => String(row.name)),
    rows: Number(database.prepare(`select count(*) n from "${name}"`).get()?.n ?? 0),
  }));
}
