import { existsSync } from 'node:fs';
import { databaseFileOf, readConfig } from '@doorbell/server';
import { createApiKey, listApiKeys } from './api-keys.ts';
import { cannotStart } from './cannot-start.ts';
import { CommandError, exitCodes } from './command-error.ts';
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
  const key = await withData(data, (dataPath) => createApiKey(dataPath, name));
  if (json) printJson({ key });
  else print(key);
}

/** Prints id, time of creation and name of each key. Throws CommandError when there is no database. */
export async function listKeys({ data, json }: KeysOptions): Promise<void> {
  const keys = await withData(data, async (dataPath) => {
    const databaseFile = databaseFileOf(dataPath);
    if (!existsSync(databaseFile)) {
      const message = `There is no database at ${databaseFile}: give the --data of the server.`;
      throw new CommandError(exitCodes.cannotStart, message);
    }
    return listApiKeys(dataPath);
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

async function withData<T>(data: string | undefined, use: (dataPath: string) => Promise<T>): Promise<T> {
  const { dataPath } = readConfig(process.env, data === undefined ? {} : { dataPath: data });
  try {
    return await use(dataPath);
  } catch (error) {
    throw cannotStart(error, dataPath);
  }
}
