import type { AuditPlace } from '@doorbell/engine';
import { type Command, InvalidArgumentError } from 'commander';
import type { ListAuditOptions, VerifyAuditOptions } from '../audit.ts';
import { parseCount } from '../option-parsers.ts';

const verifyHelp = `
Each row holds the hash of the row before it. Whoever can write the database could compute a whole new chain: note what
this prints somewhere else, and give it as --anchor the next time.

Examples:
  $ doorbell audit verify
  $ doorbell audit verify --anchor 1203:5f0c...

Exit codes: 0 intact, 1 tampered with, 2 the command line is wrong, 4 the data cannot be used`;

const listHelp = `
Examples:
  $ doorbell audit list --action endpoint.pause
  $ doorbell audit list --actor alice --json

Exit codes: 0 listed, 2 the command line is wrong, 4 the data cannot be used`;

export function registerAudit(program: Command): void {
  const audit = program
    .command('audit')
    .summary('read and verify the audit log')
    .description('What operators, keys, customers and commands did.');
  addDataOptions(audit.command('verify'))
    .summary('recompute the chain of hashes')
    .description('Recomputes the chain of hashes and names the first row that does not fit.')
    .option('--anchor <sequence:hash>', 'a row that was noted before, and must still be there', parseAnchor)
    .addHelpText('after', verifyHelp)
    .action(async (options: VerifyAuditOptions) => (await import('../audit.ts')).verifyAuditLog(options));
  addDataOptions(audit.command('list'))
    .summary('list what was done, newest first')
    .description('Lists what was done, newest first.')
    .option('--actor <id>', "a key's id, a user's name, a link's id or a command")
    .option('--action <action>', 'as endpoint.pause')
    .option('--limit <number>', 'so many at most', parseCount, 50)
    .addHelpText('after', listHelp)
    .action(async (options: ListAuditOptions) => (await import('../audit.ts')).listAuditLog(options));
}

function parseAnchor(text: string): AuditPlace {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined) {
    throw new InvalidArgumentError('Write it as SEQUENCE:HASH, as "doorbell audit verify" prints it.');
  }
  return { sequence: Number(sequence), hash };
}

function addDataOptions(command: Command): Command {
  return command
    .option('--data <path>', 'directory, or file, of the database (default: ./doorbell-data)')
    .option('--json', 'print JSON');
}
