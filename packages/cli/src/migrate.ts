import { migratePostgres } from '@doorbell/engine/postgres';
import { databaseName } from '@doorbell/server/database';
import { orCannotStart } from './cannot-start.ts';
import { CommandError, exitCodes } from './command-error.ts';
import { configOf } from './config-of.ts';
import { print, printJson } from './print.ts';

export interface MigrateOptions {
  readonly json?: true;
}

/** Brings the schema at DATABASE_URL up to date and says what it did. Throws CommandError when it cannot. */
export async function migrateDatabase({ json }: MigrateOptions): Promise<void> {
  const config = configOf({});
  const { databaseUrl } = config;
  if (databaseUrl === null) {
    const sentence =
      'Set DATABASE_URL to the PostgreSQL database to migrate; "doorbell serve" migrates the embedded one by itself.';
    throw new CommandError(exitCodes.usage, sentence);
  }
  const applied = await orCannotStart(config, () => migratePostgres({ connectionString: databaseUrl }));
  const database = databaseName(databaseUrl);
  if (json) printJson({ database, applied });
  else if (applied.length === 0) print(`The schema of ${database} is up to date.`);
  else print(`The schema of ${database} is up to date: applied ${applied.join(', ')}.`);
}
