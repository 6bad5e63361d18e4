import { VaultError } from '@doorbell/engine';
import {
  asUnfit,
  DatabaseReadOnly,
  DatabaseUnreachable,
  EncodingUnfit,
  SchemaMismatch,
} from '@doorbell/engine/postgres';
import { DamagedDatabase, DatabaseInUse, ForeignDatabase, OutdatedDatabase } from '@doorbell/engine/sqlite';
import { ImportRefused } from '@doorbell/engine/sqlite-to-postgres';
import { ConfigError, type ServerConfig } from '@doorbell/server/database';
import { CommandError, exitCodes } from './command-error.ts';

const understood = [
  ConfigError,
  VaultError,
  DatabaseInUse,
  ForeignDatabase,
  DamagedDatabase,
  OutdatedDatabase,
  DatabaseUnreachable,
  DatabaseReadOnly,
  EncodingUnfit,
  SchemaMismatch,
  ImportRefused,
];

const fileProblems: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it is on a read-only file system',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'part of the path is a file, not a directory',
  ENOENT: 'its directory does not exist',
  EEXIST: 'part of the path is a file, not a directory',
};

/** SQLite's result codes for what the file system refuses: https://sqlite.org/rescode.html */
const sqliteProblems: Readonly<Record<number, string>> = {
  5: 'another process is writing to it',
  8: 'this user may not write there',
  10: 'the disk does not work as it should',
  13: 'the disk is full',
  14: 'this user may not write there',
  26: 'it is not a database',
};

const sqliteCorrupt = 11;

/** Does what needs the database; what keeps it from that becomes a sentence for the operator. */
export async function orCannotStart<T>(
  { dataPath, databaseUrl }: Pick<ServerConfig, 'dataPath' | 'databaseUrl'>,
  start: () => Promise<T>,
): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const said = cannotStart(error, dataPath);
    if (said !== error || databaseUrl === null || error instanceof CommandError) throw said;
    // PostgreSQL may also go away after it was opened, while questions are asked.
    throw cannotStart(asUnfit(error), dataPath);
  }
}

/** What keeps the data from being used, as one sentence for the operator; any other error as it is. */
export function cannotStart(error: unknown, dataPath: string): unknown {
  if (!(error instanceof Error) || error instanceof CommandError) return error;
  if (understood.some((known) => error instanceof known)) {
    return new CommandError(exitCodes.cannotStart, error.message, { cause: error });
  }
  if (sqliteCodeOf(error) === sqliteCorrupt) {
    return new CommandError(exitCodes.cannotStart, new DamagedDatabase(error.message).message, {
      cause: error,
    });
  }
  const why = problemOf(error);
  if (why === undefined) return error;
  return new CommandError(exitCodes.cannotStart, `The data at ${dataPath} cannot be used: ${why}.`, {
    cause: error,
  });
}

function problemOf(error: Error): string | undefined {
  const sqliteCode = sqliteCodeOf(error);
  if (sqliteCode !== undefined) return sqliteProblems[sqliteCode];
  if ('code' in error && typeof error.code === 'string') return fileProblems[error.code];
  return undefined;
}

/** The primary code: the extended ones only say where it happened. */
function sqliteCodeOf(error: Error): number | undefined {
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
