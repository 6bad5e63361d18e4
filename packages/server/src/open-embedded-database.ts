import { openSqliteStoreInThread } from '@doorbell/engine/sqlite';
import { createInProcessWakeup, systemClock } from '@doorbell/engine/system';
import type { ServerConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { databaseFileOf, loadMasterKey } from './data-path.ts';
import type { OpenDatabase } from './open-database.ts';
import { allRoles } from './role.ts';

/** SQLite: the file belongs to this process alone. Throws `ConfigError` and the errors of `openSqliteStore`, which runs in a thread of its own. */
export async function openEmbeddedDatabase({
  dataPath,
  masterKey,
  roles,
}: Pick<ServerConfig, 'dataPath' | 'masterKey' | 'roles'>): Promise<OpenDatabase> {
  if (roles.length < allRoles.length) {
    throw new ConfigError(
      'The embedded database belongs to one process, which answers the API and delivers: leave the roles out, or set DATABASE_URL to share the work on PostgreSQL.',
    );
  }
  const path = databaseFileOf(dataPath);
  const store = await openSqliteStoreInThread({ path, masterKey: loadMasterKey(path, masterKey) });
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
