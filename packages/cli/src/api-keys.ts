import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { ApiKey } from '@doorbell/engine';
import { asUnfit, openPostgresApiKeys, type PostgresApiKeys } from '@doorbell/engine/postgres';
import { openSqliteApiKeys, type SqliteApiKeys } from '@doorbell/engine/sqlite';
import { systemClock } from '@doorbell/engine/system';
import { databaseFileOf, loadMasterKey, mintApiKey, type ServerConfig } from '@doorbell/server';

type Place = Pick<ServerConfig, 'databaseUrl' | 'dataPath' | 'masterKey'>;
type OpenApiKeys = SqliteApiKeys | PostgresApiKeys;

/** Makes a key, also while servers run on the same data; creates the embedded database if there is none. */
export async function createApiKey(place: Place, name: string): Promise<string> {
  // A server refuses a database without its master key, so the two come into being together.
  if (place.databaseUrl === null) loadMasterKey(databaseFileOf(place.dataPath), place.masterKey);
  const { key, record } = mintApiKey(name, systemClock.now(), randomBytes);
  await withApiKeys(place, (keys) => keys.putApiKey(record));
  return key;
}

/** Empty when there is no embedded database. */
export async function listApiKeys(place: Place): Promise<readonly ApiKey[]> {
  if (place.databaseUrl === null && !existsSync(databaseFileOf(place.dataPath))) return [];
  return withApiKeys(place, (keys) => keys.listApiKeys());
}

async function withApiKeys<T>(place: Place, use: (keys: OpenApiKeys) => Promise<T>): Promise<T> {
  const keys = await openApiKeys(place);
  try {
    return await use(keys);
  } catch (error) {
    throw place.databaseUrl === null ? error : asUnfit(error);
  } finally {
    await keys.close();
  }
}

async function openApiKeys({ databaseUrl, dataPath }: Place): Promise<OpenApiKeys> {
  return databaseUrl === null
    ? openSqliteApiKeys({ path: databaseFileOf(dataPath) })
    : openPostgresApiKeys({ connectionString: databaseUrl });
}
