import { isDatabaseError } from './database.ts';

/** Thrown at opening; says what to do. */
export class SchemaMismatch extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SchemaMismatch';
  }
}

/** Thrown at opening a standby, or a server that was set to read-only. */
export class DatabaseReadOnly extends Error {
  constructor() {
    super(
      'This PostgreSQL server is a read-only standby. Give Doorbell the address of the primary; a claim cannot be read from a replica.',
    );
    this.name = 'DatabaseReadOnly';
  }
}

/** Thrown at opening when no server answers, or it does not let Doorbell in. */
export class DatabaseUnreachable extends Error {
  constructor(cause: unknown) {
    super(`PostgreSQL cannot be used: ${reasonOf(cause)}`, { cause });
    this.name = 'DatabaseUnreachable';
  }
}

function reasonOf(cause: unknown): string {
  if (isDatabaseError(cause)) {
    if (cause.code?.startsWith('28')) return `${cause.message}. Check user and password in DATABASE_URL.`;
    if (cause.code === '3D000')
      return `${cause.message}. Create the database, or correct its name in DATABASE_URL.`;
    return `${cause.message}. Try again when the server accepts connections.`;
  }
  const message = cause instanceof Error ? cause.message || cause.name : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const what = message === 'AggregateError' ? code : message;
  return `${what}. Check host and port in DATABASE_URL, and that the server is running and reachable from here.`;
}
