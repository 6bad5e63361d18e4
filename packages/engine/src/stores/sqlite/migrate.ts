import { type Connection, isSqliteError } from './connection.ts';
import { initialSchema } from './schema/001-initial.ts';
import { rollupSchema } from './schema/002-rollups.ts';
import { accessSchema } from './schema/003-access.ts';
import { retentionSchema } from './schema/004-retention.ts';
import { servedSchema } from './schema/005-served.ts';
import { settledMinutesSchema } from './schema/006-settled-minutes.ts';
import { resendJobSchema } from './schema/007-resend-jobs.ts';
import { alertSchema } from './schema/008-alerts.ts';
import { closedByStateSchema } from './schema/009-closed-by-state.ts';
import { attemptTimingsSchema } from './schema/010-attempt-timings.ts';
import { refusalsSchema } from './schema/011-refusals.ts';
import { wakingSchema } from './schema/012-waking.ts';

/** In order and append-only: a released migration is never edited. */
export const migrations: readonly string[] = [
  initialSchema,
  rollupSchema,
  accessSchema,
  retentionSchema,
  servedSchema,
  settledMinutesSchema,
  resendJobSchema,
  alertSchema,
  closedByStateSchema,
  attemptTimingsSchema,
  refusalsSchema,
  wakingSchema,
];

/** 'Door' in ASCII: tells a Doorbell database from any other SQLite file. */
const applicationId = 0x446f6f72;

const notOurs = 'This file is not a Doorbell database; give Doorbell a file of its own.';

/** Thrown when the file is another program's, or a newer Doorbell has migrated it. */
export class ForeignDatabase extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ForeignDatabase';
  }
}

export function needsMigration(connection: Connection): boolean {
  return versionOf(connection) < migrations.length;
}

/** Throws `ForeignDatabase` when the file is not Doorbell's, or not this Doorbell's. Reads only. */
export function refuseForeign(connection: Connection): void {
  try {
    versionOf(connection);
  } catch (error) {
    throw isSqliteError(error, 'notADatabase') ? new ForeignDatabase(notOurs) : error;
  }
}

/** Applies what is missing, all or nothing. Throws `ForeignDatabase`. */
export function migrate(connection: Connection): void {
  connection.exec('begin immediate');
  try {
    const version = versionOf(connection);
    for (const migration of migrations.slice(version)) connection.exec(migration);
    connection.exec(`pragma application_id = ${applicationId}; pragma user_version = ${migrations.length}`);
    connection.exec('commit');
  } catch (error) {
    if (connection.inTransaction) connection.exec('rollback');
    throw error;
  }
}

function versionOf(connection: Connection): number {
  const version =
    connection.prepare<{ user_version: number }>('pragma user_version').get()?.user_version ?? 0;
  const id =
    connection.prepare<{ application_id: number }>('pragma application_id').get()?.application_id ?? 0;
  const tables = connection.prepare<{ n: number }>('select count(*) n from sqlite_schema').get()?.n ?? 0;
  if (id !== applicationId && (id !== 0 || tables > 0)) {
    throw new ForeignDatabase(notOurs);
  }
  if (version > migrations.length) {
    throw new ForeignDatabase(
      `This database has schema ${version}; this Doorbell knows ${migrations.length}. Run the newer Doorbell.`,
    );
  }
  return version;
}
