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

/** What the server or the way to it refuses becomes `DatabaseUnreachable`; any other error stays as it is. */
export function asUnfit(error: unknown): unknown {
  return isDatabaseError(error) || isConnectionError(error) ? new DatabaseUnreachable(error) : error;
}

/** The system's errors have a code; those that pg makes itself speak of the connection, or of the password it lacks. */
function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return 'code' in error || /connect|SSL|SASL|password/i.test(error.message);
}

/** What to do, by SQLSTATE: its class, or all of it. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const advice: readonly (readonly [code: string, sentence: string])[] = [
  ['28', 'Check user and password in DATABASE_URL.'],
  ['3D000', 'Create the database, or correct its name in DATABASE_URL.'],
  ['42501', 'Grant that to the user of DATABASE_URL, or use the one that owns the database.'],
  ['53300', 'Raise max_connections, or let fewer processes connect.'],
];

function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message || cause.name : String(cause);
  if (isDatabaseError(cause)) {
    const known = advice.find(([code]) => cause.code?.startsWith(code));
    return `${message}. ${known?.[1] ?? 'Try again when the server accepts connections.'}`;
  }
  if (/SASL|password/.test(message)) return `${message}. Check user and password in DATABASE_URL.`;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const what = message === 'AggregateError' ? code : message;
  return `${what}. Check host and port in DATABASE_URL, and that the server is running and reachable from here.`;
}
