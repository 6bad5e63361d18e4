import pg, { type Pool } from 'pg';
import type { Clock, EpochMs, Store, StoreAdmin } from '../../ports.ts';
import type { Vault } from '../../vault.ts';
import { endpointAt } from '../endpoint-row.ts';
import { createApiKeys } from './api-keys.ts';
import { appendChanges } from './append.ts';
import { listAttempts } from './attempts.ts';
import { backlog } from './backlog.ts';
import { claim } from './claim.ts';
import type { StoreContext } from './context.ts';
import { createCustomerBook } from './customer-book.ts';
import { Database } from './database.ts';
import { EndpointBook } from './endpoint-book.ts';
import { createEndpointEdits } from './endpoint-edits.ts';
import { checkSchema, migrate } from './migrate.ts';
import { claimNotices, settleNotices } from './notices.ts';
import { createNotifications } from './notifications.ts';
import { createResend } from './resend.ts';
import { settle } from './settle.ts';
import { findTasks, listTasks } from './tasks.ts';
import { DatabaseReadOnly, DatabaseUnreachable } from './unfit-database.ts';
import { upcoming } from './upcoming.ts';

/** A pool of the caller's, who listens to its errors and ends it, or the address of a server. */
export type PostgresAddress = (
  | { readonly pool: Pool; readonly connectionString?: never }
  | { readonly connectionString: string; readonly pool?: never }
) & {
  /** `doorbell` unless given. */
  readonly schema?: string;
};

export type PostgresStoreOptions = PostgresAddress & {
  readonly vault: Vault;
  /** For tests and simulations only: without it all times are the server's, which every worker shares. */
  readonly clock?: Pick<Clock, 'now'>;
};

export interface PostgresStore extends Store, StoreAdmin {
  /** Ends the connections, unless the pool was the caller's. */
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;
const connectionsMax = 10;

/**
 * Opens a database that `migratePostgres` has prepared; any number of processes may. Throws `DatabaseUnreachable`,
 * `DatabaseReadOnly`, `SchemaMismatch` or, when the master key is not the one the keys were sealed with, `VaultError`.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const { pool, database, end } = connect(options);
  try {
    await checkWritable(pool);
    await checkSchema(database);
    const context: StoreContext = { database, vault: options.vault, givenNow: givenNowOf(options.clock) };
    // Opens every key once: a wrong master key is found now, not at the first delivery.
    await new EndpointBook(database, options.vault).list();
    return { ...deliverySide(context), ...adminSide(context), close: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/**
 * Brings the schema up to date, all or nothing; two that do so at once wait for each other. Returns the numbers of the
 * migrations applied. Throws `DatabaseUnreachable`, `DatabaseReadOnly` or `SchemaMismatch`.
 */
export async function migratePostgres(address: PostgresAddress): Promise<readonly number[]> {
  const { pool, database, end } = connect(address);
  try {
    await checkWritable(pool);
    return await migrate(database);
  } finally {
    await end();
  }
}

interface Connected {
  readonly pool: Pool;
  readonly database: Database;
  readonly end: () => Promise<void>;
}

function connect({ pool: given, connectionString, schema = 'doorbell' }: PostgresAddress): Connected {
  if (given !== undefined) {
    return { pool: given, database: new Database(given, schema), end: async () => undefined };
  }
  const pool = new pg.Pool({
    connectionString,
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  // A connection that breaks while idle is replaced; without a listener it would end the process.
  pool.on('error', () => undefined);
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => {
    ending ??= pool.end();
    return ending;
  };
  return { pool, database: new Database(pool, schema), end };
}

async function checkWritable(pool: Pool): Promise<void> {
  const text = `select pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as read_only`;
  const { rows } = await pool.query<{ read_only: boolean }>(text).catch((error: unknown) => {
    throw new DatabaseUnreachable(error);
  });
  if (rows[0]?.read_only !== false) throw new DatabaseReadOnly();
}

/** Time does not go back, as a server's clock should not. */
function givenNowOf(clock: Pick<Clock, 'now'> | undefined): () => EpochMs | null {
  if (clock === undefined) return () => null;
  let last = 0;
  return () => {
    last = Math.max(last, clock.now());
    return last;
  };
}

function deliverySide(context: StoreContext): Store {
  return {
    append: (changes) =>
      context.database.transaction((session) => appendChanges(session, changes, context.givenNow())),
    claim: (request) => claim(context, request),
    settle: (settlements) => settle(context, settlements),
    upcoming: () => upcoming(context),
    claimNotices: (limit, leaseMs) => claimNotices(context, limit, leaseMs),
    settleNotices: (settlements) => settleNotices(context, settlements),
  };
}

function adminSide(context: StoreContext): StoreAdmin {
  const { database, vault, givenNow } = context;
  const customers = createCustomerBook(context);
  const endpoints = new EndpointBook(database, vault);
  const notifications = createNotifications(context);
  return {
    putCustomer: customers.save,
    findCustomer: customers.find,
    listCustomers: customers.list,

    ...createEndpointEdits(context),
    findEndpoint: async (endpointId) => {
      const endpoint = await endpoints.find(endpointId);
      return endpoint === undefined ? undefined : endpointAt(endpoint, await endpoints.now(givenNow()));
    },
    listEndpoints: async (customerId) => {
      const listed = await (customerId === undefined ? endpoints.list() : endpoints.listOf(customerId));
      const now = await endpoints.now(givenNow());
      return listed.map((endpoint) => endpointAt(endpoint, now));
    },

    listNotifications: notifications.list,
    findNotification: notifications.find,
    listAttempts: (position) => listAttempts(context, position),
    countNotifications: notifications.count,
    resend: createResend(context, notifications),

    listTasks: (filter, page) => listTasks(context, filter, page),
    findTasks: (houseTaskId, customerId) => findTasks(context, houseTaskId, customerId),

    ...createApiKeys(context),
    backlog: () => backlog(context),
  };
}
