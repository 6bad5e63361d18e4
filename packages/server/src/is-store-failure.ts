/**
 * Whether an error says that the database is away, full or closed, so that the same request may succeed later. By codes
 * and not by classes: a server on the embedded database never loads the driver of PostgreSQL.
 */
export function isStoreFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'StoreBroken') return true;
  if (!('code' in error)) return ofTheDriver.test(error.message);
  const code = String(error.code);
  return ofTheSystem.has(code) || ('severity' in error && ofPostgres.test(code));
}

/** ERR_INVALID_STATE: the embedded database was closed under a request that came while the server stops. */
const ofTheSystem: ReadonlySet<string> = new Set([
  'ERR_SQLITE_ERROR',
  'ERR_INVALID_STATE',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * SQLSTATEs: of the connection, a standby that was to begin or to write, a transaction that took too
 * long, no way in, undone for another's sake, no such database, out of something,
 * not now, stopped by the operator, of the system. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const ofPostgres = /^(08|0A000|25006|25P0[34]|28|40|3D|53|55|57|58)/;

/** What pg says by itself about a connection, without a code. */
const ofTheDriver =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Cannot use a pool after|Client (was closed|has encountered a connection error))/;
