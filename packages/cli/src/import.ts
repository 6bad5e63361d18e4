import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createVault } from '@doorbell/engine';
import { type ImportedTable, importSqlite } from '@doorbell/engine/sqlite-to-postgres';
import { systemClock } from '@doorbell/engine/system';
import { databaseFileOf, databaseName, loadMasterKey, requireMasterKey } from '@doorbell/server/database';
import { Presets, SingleBar } from 'cli-progress';
import { orCannotStart } from './cannot-start.ts';
import { CommandError, exitCodes } from './command-error.ts';
import { configOf } from './config-of.ts';
import { print, printJson } from './print.ts';

export interface ImportCommandOptions {
  readonly from: string;
  readonly json?: true;
}

/** Copies everything and prints how much it was. Throws CommandError with a sentence for whatever keeps it from that. */
export async function importDatabase({ from, json }: ImportCommandOptions): Promise<void> {
  const config = configOf({});
  const { databaseUrl, masterKey } = config;
  if (databaseUrl === null) {
    throw new CommandError(
      exitCodes.usage,
      'Set DATABASE_URL to the PostgreSQL database that takes the import.',
    );
  }
  const path = databaseFileOf(from);
  const tables = await orCannotStart({ dataPath: path, databaseUrl }, async () => {
    if (!existsSync(path)) {
      throw new CommandError(
        exitCodes.cannotStart,
        `There is no database at ${path}. Name its file, or its directory.`,
      );
    }
    return withBar((onProgress) =>
      importSqlite({
        path,
        from: createVault(loadMasterKey(path, existsSync(`${path}.key`) ? null : masterKey), randomBytes),
        to: { connectionString: databaseUrl },
        vault: createVault(requireMasterKey(masterKey), randomBytes),
        clock: systemClock,
        onProgress,
      }),
    );
  });
  const database = databaseName(databaseUrl);
  if (json) printJson({ from: path, to: database, tables });
  else printTables(tables, path, database);
}

/** On standard error, and only where that is a terminal. */
async function withBar<T>(
  work: (onProgress: (progress: { table: string; done: number; total: number }) => void) => Promise<T>,
): Promise<T> {
  const format = '{bar} {percentage} % | {value} of {total} rows | {table}';
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true }, Presets.shades_classic);
  let started = false;
  try {
    return await work(({ table, done, total }) => {
      if (!started) bar.start(total, 0, { table });
      started = true;
      bar.update(done, { table });
    });
  } finally {
    bar.stop();
  }
}

function printTables(tables: readonly ImportedTable[], from: string, to: string): void {
  const width = Math.max(...tables.map(({ table }) => table.length));
  for (const { table, rows } of tables) print(`${table.padEnd(width)}  ${rows}`);
  const sum = tables.reduce((total, { rows }) => total + rows, 0);
  print(`Imported ${sum} rows from ${from} to ${to}; each table was counted on both sides.`);
  print('Do not serve the file again: both would deliver what waits.');
}
