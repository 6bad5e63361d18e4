import { scopes } from '@doorbell/engine';
import { type Command, Option } from 'commander';
import type { CreateKeyOptions, KeysOptions } from '../keys.ts';

const createHelp = `
The key is shown once; only its hash is stored. A server that runs on the same data knows it at once.
With DATABASE_URL the key is for the servers on that PostgreSQL database; --data means the embedded one.

Scopes: append records changes, read looks, operate also pauses, resumes, resends and tests, admin does everything.
Without --scope the key may do everything.

Examples:
  $ doorbell keys create --name billing
  $ doorbell keys create --name platform --scope append
  $ KEY=$(doorbell keys create --json | jq -r .key)
  $ curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8787/v1/notifications

Exit codes: 0 created, 2 the command line is wrong, 4 the data cannot be used`;

const listHelp = `
Example:
  $ doorbell keys list --data /var/lib/doorbell

Exit codes: 0 listed, 2 the command line is wrong, 4 the data cannot be used`;

const revokeHelp = `
The id is the part between the two underscores of the key. Servers that run refuse the key within a second.

Example:
  $ doorbell keys revoke 3f2a90c1d4e7

Exit codes: 0 revoked, 1 there is no such key, 2 the command line is wrong, 4 the data cannot be used`;

export function registerKeys(program: Command): void {
  const keys = program
    .command('keys')
    .summary('make, list and revoke API keys')
    .description('API keys for callers of the HTTP API.');
  addDataOptions(keys.command('create'))
    .summary('make an API key')
    .description('Makes an API key and prints it.')
    .option('--name <name>', 'what it is for', '')
    .addOption(
      new Option('--scope <scopes...>', 'what its bearer may do')
        .choices(scopes)
        .default([...scopes], 'everything'),
    )
    .addHelpText('after', createHelp)
    .action(async (options: CreateKeyOptions) => (await import('../keys.ts')).createKey(options));
  addDataOptions(keys.command('list'))
    .summary('list the API keys')
    .description('Lists the API keys: id, time of creation, scopes, name.')
    .addHelpText('after', listHelp)
    .action(async (options: KeysOptions) => (await import('../keys.ts')).listKeys(options));
  addDataOptions(keys.command('revoke <id>'))
    .summary('end an API key')
    .description('Ends an API key for good; it stays on the list.')
    .addHelpText('after', revokeHelp)
    .action(async (id: string, options: KeysOptions) => (await import('../keys.ts')).revokeKey(id, options));
}

function addDataOptions(command: Command): Command {
  return command
    .option('--data <path>', 'directory, or file, of the database (default: ./doorbell-data)')
    .option('--json', 'print JSON');
}
