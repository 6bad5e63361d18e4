import { existsSync } from 'node:fs';
import { databaseFileOf } from '@doorbell/server';
import { createApiKey, listApiKeys } from './api-keys.ts';
import { orCannotStart } from './cannot-start.ts';
import { CommandError, exitCodes } from './command-error.ts';
import { configOf } from './config-of.ts';
import { print, printable, printJson } from './print.ts';

export interface KeysOptions {
  readonly data?: string;
  readonly json?: true;
}

export interface CreateKeyOptions extends KeysOptions {
  readonly name: string;
}

/** Prints the new key: the only time it is shown. */
export async function createKey({ data, name, json }: CreateKeyOptions): Promise<void> {
  const config = configOf({ data });
  const key = await orCannotStart(config, () => createApiKey(config, name));
  if (json) printJson({ key });
  else print(key);
}

/** Prints id, time of creation and name of each key. Throws CommandError when there is no database. */
export async function listKeys({ data, json }: KeysOptions): Promise<void> {
  const config = configOf({ data });
  const keys = await orCannotStart(config, async () => {
    const databaseFile = databaseFileOf(config.dataPath);
    if (config.databaseUrl === null && !existsSync(databaseFile)) {
      const message = `There is no database at ${databaseFile}: give the --data of the server.`;
      throw new CommandError(exitCodes.cannotStart, message);
    }
    return listApiKeys(config);
  });
  const listed = keys.map(({ id, name, createdAt }) => ({
    id,
    name,
    createdAt: new Date(createdAt).toISOString(),
  }));
  if (json) {
    printJson(listed);
  } else {
    for (const { id, name, createdAt } of listed) print(`${id}  ${createdAt}  ${printable(name)}`.trimEnd());
  }
}
