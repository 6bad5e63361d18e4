import { randomBytes } from 'node:crypto';
import type { ApiKey, Scope } from '@doorbell/engine';
import { systemClock } from '@doorbell/engine/system';
import { mintApiKey } from '@doorbell/server';
import { commandActor, hasData, type Place, withAccess, withNewAccess } from './access-data.ts';

/** Makes a key, also while servers run on the same data; creates the embedded database if there is none. */
export async function createApiKey(place: Place, name: string, scopes: readonly Scope[]): Promise<string> {
  const { key, record } = mintApiKey({ name, scopes }, systemClock.now(), randomBytes);
  await withNewAccess(place, (access) => access.putApiKey(record, commandActor('keys create')));
  return key;
}

/** Empty when there is no embedded database. */
export async function listApiKeys(place: Place): Promise<readonly ApiKey[]> {
  return hasData(place) ? withAccess(place, (access) => access.listApiKeys()) : [];
}
