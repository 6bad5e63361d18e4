import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UserExists, type UserRole } from '@doorbell/engine';
import { systemClock } from '@doorbell/engine/system';
import { hashPassword, userNamePattern, userNameRule } from '@doorbell/server';
import { commandActor, type Place, withExistingAccess, withNewAccess } from './access-data.ts';
import { orCannotStart } from './cannot-start.ts';
import { CommandError, exitCodes } from './command-error.ts';
import { configOf } from './config-of.ts';
import { print, printJson } from './print.ts';

export interface UsersOptions {
  readonly data?: string;
  readonly json?: true;
}

export interface CreateUserOptions extends UsersOptions {
  readonly name: string;
  readonly role: UserRole;
  readonly generate?: true;
}

/** Makes a user; a generated password is printed, the only time it is shown. Throws CommandError for a name that is none. */
export async function createUser(options: CreateUserOptions): Promise<void> {
  const { data, name, role, generate, json } = options;
  // A name that the API does not take could neither sign in nor be closed.
  if (!new RegExp(userNamePattern).test(name)) {
    throw new CommandError(exitCodes.usage, `The name of a user has ${userNameRule}.`);
  }
  const config = configOf({ data });
  const given = generate ? null : await readPassword();
  const password = given ?? randomBytes(18).toString('base64url');
  await orCannotStart(config, () => addUser(config, { name, role, password }));
  if (json) printJson({ name, role, ...(generate ? { password } : {}) });
  else print(generate ? password : `${name} may sign in as ${role}.`);
}

/** Throws CommandError for a name that is taken and for a password that is too short. */
async function addUser(
  place: Place,
  { name, role, password }: { readonly name: string; readonly role: UserRole; readonly password: string },
): Promise<void> {
  const passwordHash = await hashPassword(password, randomBytes).catch((error: Error) => {
    throw new CommandError(exitCodes.usage, error.message, { cause: error });
  });
  const now = systemClock.now();
  const user = { name, role, passwordHash, disabled: false, createdAt: now, updatedAt: now };
  await withNewAccess(place, (access) => access.createUser(user, commandActor('users create'))).catch(
    (error) => {
      throw error instanceof UserExists ? new CommandError(exitCodes.no, error.message) : error;
    },
  );
}

/** Prints name, role and state of each user. Throws CommandError when there is no database. */
export async function listUsers({ data, json }: UsersOptions): Promise<void> {
  const config = configOf({ data });
  const users = await orCannotStart(config, async () =>
    withExistingAccess(config, (access) => access.listUsers()),
  );
  const listed = users.map(({ name, role, disabled, createdAt }) => ({
    name,
    role,
    disabled,
    createdAt: new Date(createdAt).toISOString(),
  }));
  if (json) printJson(listed);
  else
    for (const { name, role, disabled } of listed) print(`${name}  ${role}${disabled ? '  disabled' : ''}`);
}

/** One line of standard input; asked for without echo when that is a terminal. */
async function readPassword(): Promise<string> {
  const { stdin, stderr } = process;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const input = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY });
  if (stdin.isTTY) stderr.write('Password (12 characters or more): ');
  try {
    for await (const line of input) return line;
    throw new CommandError(exitCodes.usage, 'Give the password on standard input, or --generate one.');
  } finally {
    input.close();
    if (stdin.isTTY) stderr.write('\n');
  }
}
