import { randomBytes } from 'node:crypto';
import type { Scope } from '@doorbell/engine';
import { systemClock } from '@doorbell/engine/system';
import { mintApiKey } from '@doorbell/server/database';
import { commandActor, type Place, withNewAccess } from './access-data.ts';

/** Makes a key, also while servers run on the same data; creates the embedded database if there is none. */
export async function createApiKey(place: Place, name: string, scopes: readonly Scope[]): Promise<string> {
  const { key, record } = mintApiKey({ name, scopes }, systemClock.now(), randomBytes);
  await withNewAccess(place, (access) => access.putApiKey(record, commandActor('keys create')));
  return key;
}
