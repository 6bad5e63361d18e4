import type { Scope } from '@doorbell/engine';
import { commandActor, withExistingAccess } from './access-data.ts';
import { createApiKey } from './api-keys.ts';
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
  readonly scope: readonly Scope[];
}

/** Prints the new key: the only time it is shown. */
export async function createKey({ data, name, scope, json }: CreateKeyOptions): Promise<void> {
  const config = configOf({ data });
  const key = await orCannotStart(config, () => createApiKey(config, name, scope));
  if (json) printJson({ key });
  else print(key);
}

/** Prints id, time of creation, scopes and name of each key. Throws CommandError when there is no database. */
export async function listKeys({ data, json }: KeysOptions): Promise<void> {
  const config = configOf({ data });
  const keys = await orCannotStart(config, async () =>
    withExistingAccess(config, (access) => access.listApiKeys()),
  );
  const listed = keys.map(({ id, name, scopes, createdAt, lastUsedAt, revokedAt }) => ({
    id,
    name,
    scopes,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
    revokedAt: revokedAt === null ? null : new Date(revokedAt).toISOString(),
  }));
  if (json) {
    printJson(listed);
    return;
  }
  for (const { id, name, scopes, createdAt, revokedAt } of listed) {
    const state = revokedAt === null ? scopes.join(',') : `revoked ${revokedAt}`;
    print(`${id}  ${createdAt}  ${state}  ${printable(name)}`.trimEnd());
  }
}

/** Ends a key; servers that run refuse it within a second. Throws CommandError when there is no such key. */
export async function revokeKey(keyId: string, { data, json }: KeysOptions): Promise<void> {
  const config = configOf({ data });
  const revoked = await orCannotStart(config, async () =>
    withExistingAccess(config, (access) => access.revokeApiKey(keyId, commandActor('keys revoke'))),
  );
  if (revoked === undefined) throw new CommandError(exitCodes.no, `There is no API key ${printable(keyId)}.`);
  const revokedAt = new Date(revoked.revokedAt ?? 0).toISOString();
  if (json) printJson({ id: revoked.id, revokedAt });
  else print(`${revoked.id} is revoked (${revokedAt}).`);
}
