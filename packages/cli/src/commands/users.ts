import { userRoles } from '@doorbell/engine';
import { type Command, Option } from 'commander';
import type { CreateUserOptions, UsersOptions } from '../users.ts';

const createHelp = `
The password is one line of standard input, asked for without echo on a terminal; --generate makes one and prints it.
Roles: viewer looks; operator also pauses, resumes, resends and tests; admin does everything.

Examples:
  $ doorbell users create --name alice --role admin
  $ doorbell users create --name alice --role admin --generate

Exit codes: 0 created, 1 the name is taken, 2 the command line is wrong, 4 the data cannot be used`;

const listHelp = `
Exit codes: 0 listed, 2 the command line is wrong, 4 the data cannot be used`;

export function registerUsers(program: Command): void {
  const users = program
    .command('users')
    .summary('make and list users of the console')
    .description('Who may sign in to the console.');
  addDataOptions(users.command('create'))
    .summary('let someone sign in')
    .description('Makes a user of the console.')
    .requiredOption('--name <name>', '1 to 64 of A-Z a-z 0-9 . _ @ -')
    .addOption(new Option('--role <role>', 'what they may do').choices(userRoles).makeOptionMandatory())
    .option('--generate', 'make a password and print it')
    .addHelpText('after', createHelp)
    .action(async (options: CreateUserOptions) => (await import('../users.ts')).createUser(options));
  addDataOptions(users.command('list'))
    .summary('list the users')
    .description('Lists the users of the console: name, role, whether disabled.')
    .addHelpText('after', listHelp)
    .action(async (options: UsersOptions) => (await import('../users.ts')).listUsers(options));
}

function addDataOptions(command: Command): Command {
  return command
    .option('--data <path>', 'directory, or file, of the database (default: ./doorbell-data)')
    .option('--json', 'print JSON');
}
