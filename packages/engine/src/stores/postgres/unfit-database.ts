import { isDatabaseError } from './database.ts';

/** Thrown at opening; says what to do. */
export class SchemaMismatch extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SchemaMismatch';
  }
}

/** Thrown at opening a standby, or a database that was set to read-only. */
export class DatabaseReadOnly extends Error {
  constructor(isStandby: boolean) {
    super(
      isStandby
        ? 'This PostgreSQL server is a read-only standby. Give Doorbell the address of the primary; a claim cannot be read from a replica.'
        : 'This PostgreSQL database only reads, though it is no standby: default_transaction_read_only is on. Take that back from the server, the database or the user, then start again.',
    );
    this.name = 'DatabaseReadOnly';
  }
}

/** Thrown at opening a database that could not hold every text: then one name would fail all that is with it. */
export class EncodingUnfit extends Error {
  constructor(encoding: string) {
    super(
      `The encoding of this PostgreSQL database is ${encoding}, which cannot hold every name. Give Doorbell one with UTF8: create database doorbell encoding 'UTF8' template template0.`,
    );
    this.name = 'EncodingUnfit';
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

const isTaken = 'The schema doorbell holds what is not of Doorbell: give it a database of its own.';

/**
 * What to do, by SQLSTATE: its class, or all of it; the first that fits.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const advice: readonly (readonly [code: string, sentence: string])[] = [
  // By which PgBouncer says whatever it has to say.
  ['08P01', 'Check user, password and database in DATABASE_URL, and the settings of PgBouncer.'],
  ['28P01', 'Check user and password in DATABASE_URL.'],
  [
    '28',
    'Check user and password in DATABASE_URL, whether pg_hba.conf wants sslmode=verify-full there, and whether that user may log in.',
  ],
  ['3D000', 'Create the database, or correct its name in DATABASE_URL.'],
  [
    '42501',
    'Grant that to the user of DATABASE_URL, or use the one that owns the database and its schema doorbell.',
  ],
  ['42P07', isTaken],
  ['42710', isTaken],
  ['42723', isTaken],
  ['53300', 'Raise max_connections, or let fewer processes connect.'],
  ['53', 'Make room on the server of PostgreSQL, then try again.'],
  ['55P03', 'Another transaction holds what this needs: try again when it has ended.'],
  ['57014', 'Raise or reset the statement_timeout of that user, then try again.'],
  ['25P04', 'Raise or reset the transaction_timeout of that user, then try again.'],
  ['57P', 'Try again when the server accepts connections.'],
];

function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message || cause.name : String(cause);
  if (isDatabaseError(cause)) {
    const known = advice.find(([code]) => cause.code?.startsWith(code));
    return `${message}. ${known?.[1] ?? 'The log of the server may say more.'}`;
  }
  if (/SASL|password/.test(message)) return `${message}. Check user and password in DATABASE_URL.`;
  const { code = '', syscall }: Partial<NodeJS.ErrnoException> = cause instanceof Error ? cause : {};
  if (syscall === 'open') return `${message}. Check the files that DATABASE_URL names.`;
  if (/SSL|certificate|altnames/.test(message)) {
    return `${message}. Check sslmode in DATABASE_URL, the host's name there, and that sslrootcert names the certificate of who signed the server's.`;
  }
  const what = message === 'AggregateError' ? code : message;
  return `${what}. Check host and port in DATABASE_URL, and that the server is running and reachable from here.`;
}
