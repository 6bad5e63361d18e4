import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { ApiKey } from '@doorbell/engine';
import { openSqliteApiKeys, type SqliteApiKeys } from '@doorbell/engine/sqlite';
import { systemClock } from '@doorbell/engine/system';
import { databaseFileOf, loadMasterKey, mintApiKey } from '@doorbell/server';

/** Makes a key, also while a server runs on the same data; creates the database if there is none. */
export async function createApiKey(dataPath: string, name: string): Promise<string> {
  const databaseFile = databaseFileOf(dataPath);
  // A server refuses a database without its master key, so the two come into being together.
  loadMasterKey(databaseFile, process.env.DOORBELL_MASTER_KEY || null);
  const { key, record } = mintApiKey(name, systemClock.now(), randomBytes);
  await withApiKeys(databaseFile, (keys) => keys.putApiKey(record));
  return key;
}

/** Empty when there is no database. */
export async function listApiKeys(dataPath: string): Promise<readonly ApiKey[]> {
  const databaseFile = databaseFileOf(dataPath);
  if (!existsSync(databaseFile)) return [];
  return withApiKeys(databaseFile, (keys) => keys.listApiKeys());
}

async function withApiKeys<T>(databaseFile: string, use: (keys: SqliteApiKeys) => Promise<T>): Promise<T> {
  const keys = openSqliteApiKeys({ path: databaseFile });
  try {
    return await use(keys);
  } finally {
    await keys.close();
  }
}
