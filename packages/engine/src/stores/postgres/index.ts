export {
  openPostgresWakeup,
  type PostgresWakeup,
  type PostgresWakeupOptions,
} from '../../wakeups/postgres.ts';
export { appendWithin } from './append-within.ts';
export type { PostgresAddress } from './connect.ts';
export {
  migratePostgres,
  openPostgresAccess,
  openPostgresStore,
  type PostgresAccess,
  type PostgresStore,
  type PostgresStoreOptions,
} from './open.ts';
export {
  asUnfit,
  DatabaseReadOnly,
  DatabaseUnreachable,
  EncodingUnfit,
  SchemaMismatch,
} from './unfit-database.ts';
