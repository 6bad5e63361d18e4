import type { Command } from 'commander';
import type { MigrateOptions } from '../migrate.ts';

const help = `
Run it before the first "doorbell serve", and before serving with a newer Doorbell. Those that run already go on: a
migration only adds what the next version needs. Several at once wait for each other; all or nothing is applied.

Example:
  $ DATABASE_URL=postgres://doorbell:secret@db.internal/doorbell doorbell migrate

Environment: DATABASE_URL

Exit codes: 0 up to date, 2 the command line is wrong, 4 the database cannot be used`;

export function registerMigrate(program: Command): void {
  program
    .command('migrate')
    .summary('bring the schema of a PostgreSQL database up to date')
    .description('Brings the schema at DATABASE_URL up to date.')
    .option('--json', 'print what was applied as JSON')
    .addHelpText('after', help)
    .action(async (options: MigrateOptions) => (await import('../migrate.ts')).migrateDatabase(options));
}
