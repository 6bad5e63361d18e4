import { randomBytes } from 'node:crypto';
import { createVault } from '@doorbell/engine';
import { openSqliteStore } from '@doorbell/engine/sqlite';
import { createInProcessWakeup, systemClock } from '@doorbell/engine/system';
import type { ServerConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { databaseFileOf, loadMasterKey } from './data-path.ts';
import type { OpenDatabase } from './open-database.ts';
import { allRoles } from './role.ts';

/** SQLite: the file belongs to this process alone. Throws `ConfigError` and the errors of `openSqliteStore`. */
export function openEmbeddedDatabase({
  dataPath,
  masterKey,
  roles,
}: Pick<ServerConfig, 'dataPath' | 'masterKey' | 'roles'>): OpenDatabase {
  if (roles.length < allRoles.length) {
    throw new ConfigError(
      'The embedded database belongs to one process, which answers the API and delivers: leave the roles out, or set DATABASE_URL to share the work on PostgreSQL.',
    );
  }
  const path = databaseFileOf(dataPath);
  const vault = createVault(loadMasterKey(path, masterKey), randomBytes);
  const store = openSqliteStore({ path, vault, clock: systemClock });
  return {
    name: path,
    store,
    wakeup: createInProcessWakeup(systemClock),
    isShared: false,
    // It was when it was opened, and `broken` tells of the end of that.
    isWritable: async () => true,
    broken: store.broken,
    close: () => store.close(),
  };
}
