import type { Clock, EpochMs, Store, StoreAdmin } from '../../ports.ts';
import type { StoreAccess } from '../../store-access.ts';
import type { Vault } from '../../vault.ts';
import { endpointAt } from '../endpoint-row.ts';
import { createAccess } from './access.ts';
import { createAlertChannels } from './alert-channels.ts';
import { createAlertMessages } from './alert-messages.ts';
import { readAlertSigns } from './alert-signs.ts';
import { createAlerts } from './alerts.ts';
import { appendChanges } from './append.ts';
import { listAttempts, listRecordedAttempts } from './attempts.ts';
import { AuditLog } from './audit-log.ts';
import { backlog } from './backlog.ts';
import { checkMasterKey } from './check-master-key.ts';
import { claim } from './claim.ts';
import { connect, isWritable, type PostgresAddress } from './connect.ts';
import type { StoreContext } from './context.ts';
import { createCustomerBook } from './customer-book.ts';
import { EndpointBook } from './endpoint-book.ts';
import { createEndpointEdits } from './endpoint-edits.ts';
import { checkSchema, migrate } from './migrate.ts';
import { claimNotices, settleNotices } from './notices.ts';
import { createNotifications } from './notifications.ts';
import { listPending } from './pending.ts';
import { createResend } from './resend.ts';
import { createResendJobs } from './resend-jobs.ts';
import { retire } from './retire.ts';
import { addRollups, listEndpointEvents, listRollups, retireRollups, sumRollups } from './rollups.ts';
import { settle } from './settle.ts';
import { findTasks, listTasks } from './tasks.ts';
import { upcoming } from './upcoming.ts';

export type PostgresStoreOptions = PostgresAddress & {
  readonly vault: Vault;
  /** For tests and simulations only: without it all times are the server's, which every worker shares. */
  readonly clock?: Pick<Clock, 'now'>;
};

export interface PostgresStore extends Store, StoreAdmin {
  /** False when the server has become a standby, or was set to read-only. Rejects when none answers. */
  isWritable(): Promise<boolean>;
  /** Ends the connections, unless the pool was the caller's. */
  close(): Promise<void>;
}

/**
 * Opens a database that `migratePostgres` has prepared; any number of processes may. Throws `DatabaseUnreachable`,
 * `DatabaseReadOnly`, `SchemaMismatch` or, when the master key is not the one the keys were sealed with, `VaultError`.
 */
export function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  return connect(options, async ({ database, end }) => {
    await checkSchema(database);
    const context: StoreContext = { database, vault: options.vault, givenNow: givenNowOf(options.clock) };
    // Opens every key once: a wrong master key is found now, not at the first delivery.
    await new EndpointBook(database, options.vault).list();
    await checkMasterKey(database, options.vault);
    return {
      ...deliverySide(context),
      ...adminSide(context),
      isWritable: () => isWritable(database),
      close: end,
    };
  });
}

/**
 * Brings the schema up to date, all or nothing; two that do so at once wait for each other. Returns the numbers of the
 * migrations applied. Throws `DatabaseUnreachable`, `DatabaseReadOnly` or `SchemaMismatch`.
 */
export function migratePostgres(address: PostgresAddress): Promise<readonly number[]> {
  return connect(address, async ({ database, end }) => {
    const applied = await migrate(database);
    await end();
    return applied;
  });
}

/** What the commands of an operator need: no master key opens anything here. */
export interface PostgresAccess extends StoreAccess {
  close(): Promise<void>;
}

/**
 * Opens a database for who may come in and what they did. Throws `DatabaseUnreachable`, `DatabaseReadOnly` or
 * `SchemaMismatch`.
 */
export function openPostgresAccess(address: PostgresAddress): Promise<PostgresAccess> {
  return connect(address, async ({ database, end }) => {
    await checkSchema(database);
    const givenNow = () => null;
    return { ...createAccess({ database, givenNow }, new AuditLog(givenNow)), close: end };
  });
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
    retire: (retentionMs) => retire(context, retentionMs),
  };
}

function adminSide(context: StoreContext): StoreAdmin {
  const { database, vault, givenNow } = context;
  const audit = new AuditLog(givenNow);
  const customers = createCustomerBook(context, audit);
  const endpoints = new EndpointBook(database, vault);
  const notifications = createNotifications(context);
  return {
    putCustomer: customers.save,
    findCustomer: customers.find,
    listCustomers: customers.list,

    ...createEndpointEdits(context, audit),
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
    listRecordedAttempts: (after, limit) => listRecordedAttempts(context, after, limit),
    countNotifications: notifications.count,
    resend: createResend(context, notifications),
    ...createResendJobs(context, audit),

    listTasks: (filter, page) => listTasks(context, filter, page),
    findTasks: (houseTaskId, customerId) => findTasks(context, houseTaskId, customerId),

    ...createAccess(context, audit),
    ...createAlerts(context, audit),
    readAlertSigns: (from) => readAlertSigns(context, from),
    ...createAlertChannels(context, audit),
    ...createAlertMessages(context),
    backlog: (endpointIds) => backlog(context, endpointIds),
    listPending: (endpointIds, countMax) => listPending(context, endpointIds, countMax),
    addRollups: (rollups) => addRollups(context, rollups),
    listRollups: (request) => listRollups(context, request),
    sumRollups: (endpointIds, from, to) => sumRollups(context, endpointIds, from, to),
    listEndpointEvents: (endpointId, from, to, limit) =>
      listEndpointEvents(context, endpointId, from, to, limit),
    retireRollups: () => retireRollups(context),
  };
}
