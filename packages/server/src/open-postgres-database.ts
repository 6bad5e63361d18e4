import { randomBytes } from 'node:crypto';
import { createVault } from '@doorbell/engine';
import { openPostgresStore, openPostgresWakeup } from '@doorbell/engine/postgres';
import { systemClock } from '@doorbell/engine/system';
import type { ServerConfig } from './config.ts';
import { databaseName } from './database-url.ts';
import { requireMasterKey } from './master-key.ts';
import type { OpenDatabase } from './open-database.ts';

/** PostgreSQL: any number of processes share it. Throws `ConfigError` and the errors of `openPostgresStore`. */
export async function openPostgresDatabase(
  connectionString: string,
  { masterKey }: Pick<ServerConfig, 'masterKey'>,
): Promise<OpenDatabase> {
  const vault = createVault(requireMasterKey(masterKey), randomBytes);
  const store = await openPostgresStore({ connectionString, vault });
  const wakeup = openPostgresWakeup({ connectionString, clock: systemClock, random: Math.random });
  return {
    name: databaseName(connectionString),
    store,
    wakeup,
    isShared: true,
    isWritable: () => store.isWritable(),
    // A server that is away comes back, and the pool connects again.
    broken: new Promise(() => {}),
    close: async () => {
      await wakeup.close();
      await store.close();
    },
  };
}
