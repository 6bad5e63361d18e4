import type { Command } from 'commander';
import { collectNetwork, parsePort } from '../option-parsers.ts';
import type { ServeOptions } from '../serve.ts';

const help = `
Examples:
  $ doorbell keys create                                  a key for callers of the API
  $ doorbell serve
  $ doorbell serve --data /var/lib/doorbell --port 8080
  $ doorbell serve --allow-network 10.20.0.0/16           endpoints inside the company
  $ doorbell serve --demo                                 with sample data, in a temporary place
  $ DATABASE_URL=postgres://... doorbell migrate
  $ DATABASE_URL=postgres://... doorbell serve --roles deliver

SIGINT or SIGTERM: takes no more work, finishes what is in flight, ends; a second one ends it at once.
On any address but loopback it wants an API key to exist first.

With DATABASE_URL the data is in that PostgreSQL database, which "doorbell migrate" has prepared, and any number of
processes share the work. All of them need the same DOORBELL_MASTER_KEY. One that only delivers answers health and
metrics at its port.

What was settled is retired 30 days after its last attempt, with all but the last change of a task; another number of
days, or "forever", goes into DOORBELL_RETENTION_DAYS. What waits or is parked stays.

Environment: DATABASE_URL, DOORBELL_HOST, DOORBELL_PORT, DOORBELL_DATA, DOORBELL_ROLES, DOORBELL_ALLOW_NETWORKS
(comma-separated), DOORBELL_RETENTION_DAYS, DOORBELL_LOG_LEVEL, DOORBELL_MASTER_KEY or DOORBELL_MASTER_KEY_FILE;
options win, and --data means the embedded database.

Exit codes: 0 ended by a signal, 2 the command line is wrong, 4 cannot start`;

export function registerServe(program: Command): void {
  addServeOptions(program.command('serve'))
    .summary('serve the HTTP API and deliver notifications')
    .description('Serves the HTTP API and delivers notifications, on an embedded database or on PostgreSQL.')
    .option('--roles <roles>', 'api, deliver, or both; one alone needs PostgreSQL (default: api,deliver)')
    .option('--demo', 'drive three sample house tasks first; see "doorbell demo"')
    .addHelpText('after', help)
    .action(async (options: ServeOptions) => (await import('../serve.ts')).serve(options));
}

/** The options that `serve` and `demo` share. */
export function addServeOptions(command: Command): Command {
  return command
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <number>', 'port to listen on; 0 takes a free one (default: 8787)', parsePort)
    .option('--data <path>', 'directory, or file, of the database (default: ./doorbell-data)')
    .option('--allow-network <cidr>', 'private network where endpoints may be; repeatable', collectNetwork)
    .option('--json', 'print where it listens as JSON');
}
