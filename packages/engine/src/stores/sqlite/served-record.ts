import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { Connection } from './connection.ts';

export const servedSql = {
  find: 'select times from served where only_row = 1',
  raise: `insert into served (only_row, times) values (1, 1)
    on conflict (only_row) do update set times = times + 1 returning times`,
} as const;

/** Thrown when the database is an earlier state of itself: its log file is gone, or a backup was put in its place. */
export class OutdatedDatabase extends Error {
  constructor(path: string, record: string) {
    super(
      `The database ${path} is older than when it was last served: its -wal file was deleted, or a backup was put in ` +
        `its place. What was recorded since is missing here, and endpoints may get some notifications again. Put the ` +
        `newer files back, or delete ${record} to go on with this one.`,
    );
    this.name = 'OutdatedDatabase';
  }
}

/**
 * Counts the openings in the database and in `<path>.served`, so that a database that went back in time is noticed:
 * SQLite itself takes a missing log file for an empty one. Throws `OutdatedDatabase`.
 */
export function recordServed(connection: Connection, path: string): void {
  const record = `${path}.served`;
  const times = connection.prepare<{ times: number }>(servedSql.find).get()?.times ?? 0;
  if (times < timesOnRecord(record)) throw new OutdatedDatabase(path, record);
  // The database first: a crash in between leaves the file behind it, which says nothing.
  const raised = connection.prepare<{ times: number }>(servedSql.raise).get()?.times ?? 0;
  writeSynced(record, `${raised}\n`);
}

function timesOnRecord(record: string): number {
  try {
    return Number.parseInt(readFileSync(record, 'utf8'), 10) || 0;
  } catch {
    return 0;
  }
}

function writeSynced(path: string, text: string): void {
  const whole = `${path}.new`;
  const file = openSync(whole, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(whole, path);
}
