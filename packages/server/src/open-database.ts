import type { Store, StoreAdmin, Wakeup } from '@doorbell/engine';
import type { ServerConfig } from './config.ts';
import { openEmbeddedDatabase } from './open-embedded-database.ts';

/** Where changes are recorded, and what wakes whoever delivers them. */
export interface OpenDatabase {
  /** For people: a file, or host and name of a database. Never a password. */
  readonly name: string;
  readonly store: Store & StoreAdmin;
  readonly wakeup: Wakeup;
  /** Whether other processes may deliver from it as well. */
  readonly isShared: boolean;
  /** Rejects when it cannot be read. */
  isWritable(): Promise<boolean>;
  /** Resolves when nothing can be recorded any more, and the process should end. */
  readonly broken: Promise<Error>;
  close(): Promise<void>;
}

/**
 * Opens the database that the configuration names. Throws `ConfigError`, and the stores' own errors for a database
 * that is in use, not Doorbell's, out of reach or not up to date.
 */
export async function openDatabase(config: ServerConfig): Promise<OpenDatabase> {
  const { databaseUrl, database } = config;
  if (database !== undefined) return database;
  if (databaseUrl === null) return openEmbeddedDatabase(config);
  const { openPostgresDatabase } = await import('./open-postgres-database.ts');
  return openPostgresDatabase(databaseUrl, config);
}
