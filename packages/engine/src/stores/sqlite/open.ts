import type { Clock, EpochMs, Store, StoreAdmin } from '../../ports.ts';
import type { StoreAccess } from '../../store-access.ts';
import type { Vault } from '../../vault.ts';
import { customerView } from '../audit-view.ts';
import { endpointAt } from '../endpoint-row.ts';
import { settleApart } from '../settle-apart.ts';
import { createAccess } from './access.ts';
import { createAlertChannels } from './alert-channels.ts';
import { createAlertMessages } from './alert-messages.ts';
import { createReadAlertSigns } from './alert-signs.ts';
import { createAlerts } from './alerts.ts';
import { AppendVerb } from './append.ts';
import { createListAttempts, createListRecordedAttempts } from './attempts.ts';
import { AuditLog } from './audit-log.ts';
import { createBacklog } from './backlog.ts';
import { ClaimVerb } from './claim.ts';
import { type Connection, connect, isSqliteError, type Synchronous } from './connection.ts';
import type { StoreContext } from './context.ts';
import { CustomerBook } from './customer-book.ts';
import { EndpointBook } from './endpoint-book.ts';
import { createEndpointEdits } from './endpoint-edits.ts';
import { GroupCommit } from './group-commit.ts';
import { migrate, needsMigration } from './migrate.ts';
import { createNotices } from './notices.ts';
import { createNotifications } from './notifications.ts';
import { lockOwner } from './owner-lock.ts';
import { createListPending } from './pending.ts';
import { checkPages, DamagedDatabase, recover } from './recover.ts';
import { createResend } from './resend.ts';
import { createResendJobs } from './resend-jobs.ts';
import { RetireVerb } from './retire.ts';
import { createRollups } from './rollups.ts';
import { recordServed } from './served-record.ts';
import { isUnstorable, SettleVerb } from './settle.ts';
import { createTasks } from './tasks.ts';
import { createUpcoming } from './upcoming.ts';
import { createWakeMore } from './wake-waiting.ts';

export interface SqliteStoreOptions {
  /** The database file; created when it does not exist. `<path>.lock` and SQLite's own companions lie beside it. */
  readonly path: string;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Only tests may trade durability for speed. */
  readonly synchronous?: Synchronous;
}

export interface SqliteStore extends Store, StoreAdmin {
  /** Number of write transactions so far: many operations share one. */
  readonly transactions: number;
  /** Resolves when the disk has failed: every write is refused from then on, and the process should end. */
  readonly broken: Promise<Error>;
  /** Commits what is queued, then lets go of the file. */
  close(): Promise<void>;
}

/**
 * Opens the database for the one process that serves it; takes back all leases. Throws `DatabaseInUse`,
 * `ForeignDatabase`, `DamagedDatabase`, `OutdatedDatabase` or, when the master key is not the one the keys were sealed with, `VaultError`.
 */
export function openSqliteStore(options: SqliteStoreOptions): SqliteStore {
  const lock = lockOwner(options.path);
  try {
    const connection = connect(options.path, options.synchronous ?? 'FULL');
    try {
      return serve(connection, options, () => lock.release());
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw isSqliteError(error, 'corrupt') ? new DamagedDatabase(String(error)) : error;
  }
}

function serve(connection: Connection, options: SqliteStoreOptions, onClose: () => void): SqliteStore {
  checkPages(connection);
  migrate(connection);
  if (options.path !== ':memory:') recordServed(connection, options.path);
  const context: StoreContext = {
    connection,
    customers: new CustomerBook(connection),
    endpoints: new EndpointBook(connection, options.vault),
    vault: options.vault,
    ...steadyClocks(options.clock, lastRecordedAt(connection)),
  };
  // Opens every key once: a wrong master key is found now, not at the first delivery.
  context.endpoints.list();
  recover(connection, context.now());
  const commits = new GroupCommit(connection, () => {
    context.customers.forget();
    context.endpoints.forget();
  });
  let closed = false;
  return {
    ...deliverySide(context, commits),
    ...adminSide(context, commits),
    broken: commits.broken,
    get transactions() {
      return commits.transactions;
    },
    async close() {
      if (closed) return;
      closed = true;
      commits.flush();
      connection.close();
      onClose();
    },
  };
}

function deliverySide(context: StoreContext, commits: GroupCommit): Store {
  const append = new AppendVerb(context);
  const claim = new ClaimVerb(context);
  const settle = new SettleVerb(context);
  const upcoming = createUpcoming(context);
  const wakeMore = createWakeMore(context);
  const notices = createNotices(context);
  const retire = new RetireVerb(context, commits);
  return {
    append: (changes) => commits.writeRepeatable(() => append.append(changes)),
    claim: async (request) =>
      commits.isScheduled || claim.probe(request) ? commits.write(() => claim.claim(request)) : [],
    settle: (settlements) =>
      settleApart((batch) => commits.write(() => settle.settle(batch)), isUnstorable, settlements),
    // Read at once or in the transaction, and not after a wait: the database may be closed by then.
    upcoming: async () =>
      wakeMore.isWanted()
        ? commits.write(() => {
            wakeMore.run();
            return upcoming();
          })
        : upcoming(),
    claimNotices: async (limit, leaseMs) =>
      notices.probe() ? commits.write(() => notices.claim(limit, leaseMs)) : [],
    settleNotices: (settlements) => commits.write(() => notices.settle(settlements)),
    retire: (retentionMs) => retire.retire(retentionMs),
  };
}

function adminSide(context: StoreContext, commits: GroupCommit): StoreAdmin {
  const { connection, customers, endpoints, now } = context;
  const audit = new AuditLog(connection, now);
  const edits = createEndpointEdits(context, audit);
  const notifications = createNotifications(context);
  const listAttempts = createListAttempts(context);
  const listRecordedAttempts = createListRecordedAttempts(context);
  const resend = createResend(context, notifications, commits);
  const tasks = createTasks(context);
  const backlog = createBacklog(context);
  const listPending = createListPending(context);
  const rollups = createRollups(context, commits);
  return {
    putCustomer: (customer, by) =>
      commits.write(() => {
        const before = customerView(customers.find(customer.id));
        const saved = customers.save(customer);
        audit.record(by, 'customer.put', saved.id, before, customerView(saved));
        return saved;
      }),
    findCustomer: async (customerId) => customers.find(customerId),
    listCustomers: async () => customers.list(),

    putEndpoint: (draft, by) => commits.write(() => edits.put(draft, by)),
    findEndpoint: async (endpointId) => {
      const endpoint = endpoints.find(endpointId);
      return endpoint === undefined ? undefined : endpointAt(endpoint, now());
    },
    listEndpoints: async (customerId) => {
      const listed = customerId === undefined ? endpoints.list() : endpoints.listOf(customerId);
      return listed.map((endpoint) => endpointAt(endpoint, now()));
    },
    pauseEndpoint: (endpointId, reason, detail, by) =>
      commits.write(() => edits.pause(endpointId, reason, detail, by)),
    resumeEndpoint: (endpointId, by) => commits.write(() => edits.resume(endpointId, by)),
    rotateSignKey: (endpointId, signKey, overlapMs, by) =>
      commits.write(() => edits.rotateSignKey(endpointId, signKey, overlapMs, by)),

    listNotifications: notifications.list,
    findNotification: async (position) => notifications.find(position),
    listAttempts: async (position) => listAttempts(position),
    listRecordedAttempts: async (after, limit) => listRecordedAttempts(after, limit),
    countNotifications: notifications.count,
    resend,
    ...createResendJobs(context, audit, commits),

    listTasks: tasks.list,
    findTasks: async (houseTaskId, customerId) => tasks.find(houseTaskId, customerId),

    ...createAccess(connection, audit, now, (run) => commits.write(run)),
    ...createAlerts(context, audit, commits),
    readAlertSigns: createReadAlertSigns(context),
    ...createAlertChannels(context, audit, commits),
    ...createAlertMessages(context, commits),
    backlog: async (endpointIds) => backlog(endpointIds),
    listPending: async (endpointIds, countMax) => listPending(endpointIds, countMax),
    addRollups: (added) => commits.write(() => rollups.add(added)),
    listRollups: async (request) => rollups.list(request),
    sumRollups: async (endpointIds, from, to) => rollups.sum(endpointIds, from, to),
    listEndpointEvents: async (endpointId, from, to, limit) =>
      rollups.listEvents(endpointId, from, to, limit),
    retireRollups: () => rollups.retire(),
  };
}

/** What the commands of an operator need, in a process of their own beside the one that serves. */
export interface SqliteAccess extends StoreAccess {
  close(): Promise<void>;
}

/**
 * Opens the same file for who may come in and what they did, also while another process serves it: short transactions
 * that wait for their turn up to 5 s. Throws `DatabaseInUse` when the schema is old and the file is being served.
 */
export function openSqliteAccess({
  path,
  clock,
}: {
  readonly path: string;
  readonly clock: Pick<Clock, 'now'>;
}): SqliteAccess {
  const connection = connect(path, 'FULL');
  try {
    if (needsMigration(connection)) {
      const lock = lockOwner(path);
      try {
        migrate(connection);
      } finally {
        lock.release();
      }
    }
    const now = () => clock.now();
    const write = async <T>(run: () => T) => inTransaction(connection, run);
    return {
      ...createAccess(connection, new AuditLog(connection, now), now, write),
      close: async () => connection.close(),
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}

function inTransaction<T>(connection: Connection, run: () => T): T {
  connection.exec('begin immediate');
  try {
    const value = run();
    connection.exec('commit');
    return value;
  } catch (error) {
    if (connection.inTransaction) connection.exec('rollback');
    throw error;
  }
}

function steadyClocks(clock: Clock, atLeast: EpochMs): Pick<StoreContext, 'now' | 'leaseNow'> {
  const openedAt = clock.now();
  const openedAtMonotonicMs = clock.monotonicMs();
  let last = Math.max(atLeast, openedAt);
  let lastMonotonicMs = openedAtMonotonicMs;
  return {
    now() {
      const monotonicMs = clock.monotonicMs();
      // Behind what was recorded already, time goes on from there until the wall clock has caught up.
      last = Math.max(Math.floor(last + monotonicMs - lastMonotonicMs), clock.now());
      lastMonotonicMs = monotonicMs;
      return last;
    },
    leaseNow: () => openedAt + Math.floor(clock.monotonicMs() - openedAtMonotonicMs),
  };
}

// Endpoints, too: whether an answer is older than an edit is decided by these times, and a clock put back must not turn it round.
function lastRecordedAt(connection: Connection): EpochMs {
  return (
    connection
      .prepare<{ at: number | null }>(
        'select max(at) at from (select max(created_at) at from change union all select max(updated_at) from endpoint)',
      )
      .get()?.at ?? 0
  );
}
