import pg, { type Pool } from 'pg';
import { Database } from './database.ts';
import { asUnfit, DatabaseReadOnly, EncodingUnfit } from './unfit-database.ts';

/** A pool of the caller's, who listens to its errors and ends it, or the address of a server. */
export type PostgresAddress = (
  | { readonly pool: Pool; readonly connectionString?: never }
  | { readonly connectionString: string; readonly pool?: never }
) & {
  /** `doorbell` unless given. */
  readonly schema?: string;
};

export interface Connected {
  readonly database: Database;
  /** Ends the connections, unless the pool was the caller's. */
  readonly end: () => Promise<void>;
}

const connectTimeoutMs = 10_000;
const connectionsMax = 10;
/** By default a system finds out after two hours that the other side of a silent connection is gone. */
const keepAliveAfterMs = 10_000;

/**
 * Connects to a server that takes writes, and does the first thing there. When that fails, connections are ended.
 * Throws `DatabaseReadOnly`, `EncodingUnfit`, or `DatabaseUnreachable` for whatever else the server or the network refuses.
 */
export async function connect<T>(
  address: PostgresAddress,
  start: (connected: Connected) => Promise<T>,
): Promise<T> {
  const connected = connectedTo(address);
  try {
    await checkServer(connected.database);
    return await start(connected);
  } catch (error) {
    await connected.end();
    throw asUnfit(error);
  }
}

/** False on a standby, and on a server that was set to read-only. */
export async function isWritable(database: Database): Promise<boolean> {
  const { isStandby, isReadOnly } = await describeServer(database);
  return !isStandby && !isReadOnly;
}

async function checkServer(database: Database): Promise<void> {
  const { isStandby, isReadOnly, encoding } = await describeServer(database);
  if (isStandby || isReadOnly) throw new DatabaseReadOnly(isStandby);
  if (encoding !== 'UTF8') throw new EncodingUnfit(encoding);
}

interface ServerDescription {
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly encoding: string;
}

async function describeServer(database: Database): Promise<ServerDescription> {
  const [row] = await database.rows<ServerDescription>(
    `select pg_is_in_recovery() as "isStandby", current_setting('transaction_read_only') = 'on' as "isReadOnly",
      current_setting('server_encoding') as encoding`,
  );
  if (row === undefined) throw new Error('PostgreSQL answered a question of one row with none.');
  return row;
}

function connectedTo({ pool: given, connectionString, schema = 'doorbell' }: PostgresAddress): Connected {
  if (given !== undefined) return { database: new Database(given, schema), end: async () => undefined };
  const pool = new pg.Pool({
    connectionString,
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
    // Statements that do not wait for each other's answer share a trip to the server.
    pipeline: true,
  });
  // A connection that breaks while idle is replaced; without a listener it would end the process.
  pool.on('error', () => undefined);
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => {
    ending ??= pool.end();
    return ending;
  };
  return { database: new Database(pool, schema), end };
}
