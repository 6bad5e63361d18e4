import { existsSync } from 'node:fs';
import type { Actor, StoreAccess } from '@doorbell/engine';
import { openPostgresAccess } from '@doorbell/engine/postgres';
import { openSqliteAccess } from '@doorbell/engine/sqlite';
import { systemClock } from '@doorbell/engine/system';
import { databaseFileOf, loadMasterKey, type ServerConfig } from '@doorbell/server/database';
import { CommandError, exitCodes } from './command-error.ts';

export type Place = Pick<ServerConfig, 'databaseUrl' | 'dataPath' | 'masterKey'>;

/** Who the audit log says it was. */
export function commandActor(command: string): Actor {
  return { kind: 'command', id: `doorbell ${command}`, address: null };
}

/** Opens who may come in and what they did, also while servers run on the same data. */
async function withAccess<T>(place: Place, use: (access: StoreAccess) => Promise<T>): Promise<T> {
  const access = await openAccess(place);
  try {
    return await use(access);
  } finally {
    await access.close();
  }
}

/** As `withAccess`; creates the embedded database if there is none. */
export function withNewAccess<T>(place: Place, use: (access: StoreAccess) => Promise<T>): Promise<T> {
  // A server refuses a database without its master key, so the two come into being together.
  if (place.databaseUrl === null) loadMasterKey(databaseFileOf(place.dataPath), place.masterKey);
  return withAccess(place, use);
}

/** As `withAccess`. Throws CommandError when there is no embedded database. */
export function withExistingAccess<T>(place: Place, use: (access: StoreAccess) => Promise<T>): Promise<T> {
  if (!hasData(place)) {
    const message = `There is no database at ${databaseFileOf(place.dataPath)}: give the --data of the server.`;
    throw new CommandError(exitCodes.cannotStart, message);
  }
  return withAccess(place, use);
}

/** False when there is no embedded database yet. */
function hasData({ databaseUrl, dataPath }: Place): boolean {
  return databaseUrl !== null || existsSync(databaseFileOf(dataPath));
}

function openAccess({ databaseUrl, dataPath }: Place) {
  return databaseUrl === null
    ? openSqliteAccess({ path: databaseFileOf(dataPath), clock: systemClock })
    : openPostgresAccess({ connectionString: databaseUrl });
}
