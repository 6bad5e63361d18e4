import { realpathSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isSqliteError } from './connection.ts';

/** Thrown when another process already serves the database. */
export class DatabaseInUse extends Error {
  constructor(path: string) {
    super(
      `Another Doorbell is running on ${path}. Stop that one first, or give this one a database of its own.`,
    );
    this.name = 'DatabaseInUse';
  }
}

export interface OwnerLock {
  release(): void;
}

/**
 * Held in a companion file `<path>.lock`, as the lock of a tiny database: the only file lock that Node offers on
 * every system, and the system drops it when the process dies. Throws `DatabaseInUse`.
 */
export function lockOwner(path: string): OwnerLock {
  if (path === ':memory:') return { release: () => undefined };
  const lock = new DatabaseSync(`${realPathOf(path)}.lock`, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    throw isSqliteError(error, 'busy') ? new DatabaseInUse(path) : error;
  }
  return { release: () => lock.close() };
}

/** Two names of one file must not be two locks. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
