export { appendWithin } from './append-within.ts';
export {
  migratePostgres,
  openPostgresStore,
  type PostgresAddress,
  type PostgresStore,
  type PostgresStoreOptions,
} from './open.ts';
export { DatabaseReadOnly, DatabaseUnreachable, SchemaMismatch } from './unfit-database.ts';
