export { openSqliteStoreInThread, type SqliteThreadStore } from '../sqlite-thread/open.ts';
export { StoreBroken } from './group-commit.ts';
export { ForeignDatabase } from './migrate.ts';
export {
  openSqliteAccess,
  openSqliteStore,
  type SqliteAccess,
  type SqliteStore,
  type SqliteStoreOptions,
} from './open.ts';
export { DatabaseInUse } from './owner-lock.ts';
export { DamagedDatabase } from './recover.ts';
export { OutdatedDatabase } from './served-record.ts';
