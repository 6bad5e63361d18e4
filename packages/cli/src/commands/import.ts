import type { Command } from 'commander';
import type { ImportCommandOptions } from '../import.ts';

const help = `
Stop the server on the file first, and import into an empty database that "doorbell migrate" has prepared. All of it
arrives or nothing does: customers, endpoints with their keys, tasks, changes, what waits and how often it was tried,
attempts, API keys, accounts, the audit log. Ids stay. The file is not changed; do not serve it again afterwards, or both
deliver what waits.

The file's keys open with the key file beside it, or with DOORBELL_MASTER_KEY where there is none. They are sealed anew
with DOORBELL_MASTER_KEY, which all processes on PostgreSQL need: a new one ("openssl rand -base64 32"), or that of the key
file.

Example:
  $ export DATABASE_URL=postgres://doorbell:secret@db.internal/doorbell DOORBELL_MASTER_KEY=$(openssl rand -base64 32)
  $ doorbell migrate && doorbell import --from doorbell-data && doorbell serve

Environment: DATABASE_URL, DOORBELL_MASTER_KEY or DOORBELL_MASTER_KEY_FILE

Exit codes: 0 imported, 2 the command line is wrong, 4 the file or the database cannot be used`;

export function registerImport(program: Command): void {
  program
    .command('import')
    .summary('bring an embedded database over to PostgreSQL')
    .description('Copies everything in an embedded database into the PostgreSQL database at DATABASE_URL.')
    .requiredOption('--from <path>', 'directory, or file, of the embedded database')
    .option('--json', 'print the rows of each table as JSON')
    .addHelpText('after', help)
    .action(async (options: ImportCommandOptions) => (await import('../import.ts')).importDatabase(options));
}
