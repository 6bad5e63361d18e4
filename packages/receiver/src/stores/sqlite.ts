import {
  type Begun,
  type Claim,
  type Memory,
  type MemoryEntry,
  type MemoryKey,
  RepeatedNotification,
} from '../memory.ts';
import {
  judgeRows,
  memoryTable,
  PURGE_EVERY,
  PURGE_ROWS_MAX,
  type Row,
  rowKeys,
  type ScopeOptions,
} from './sql.ts';

type Value = string | number | null;

/** What is used of a connection: node:sqlite's DatabaseSync has it, and so have better-sqlite3 and libsql. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

export interface SqliteStatement {
  get(...values: Value[]): unknown;
  run(...values: Value[]): unknown;
}

export interface SqliteReceipt {
  /**
   * Remembers the notification within the transaction that is open on this connection: it commits, or rolls back,
   * with the handler's effect. Throws RepeatedNotification if another run was first; let that pass.
   */
  remember(database: SqliteDatabase): void;
}

/** Run it once before the memory is used; it can run at every start. */
export const sqliteMemoryTable: string = memoryTable;

/**
 * Remembers in the table doorbell_memory. On a connection that handlers share, begin and end a transaction without
 * awaiting anything in between: SQLite has one transaction per connection.
 */
export function sqliteMemory(database: SqliteDatabase, options: ScopeOptions = {}): Memory<SqliteReceipt> {
  const { scope = '' } = options;
  let begun = 0;

  return {
    async begin(entry): Promise<Begun<SqliteReceipt>> {
      if (entry.known === null) return { outcome: 'new', claim: unremembered };
      if (++begun % PURGE_EVERY === 0) prepare(database, PURGE).run(entry.now, PURGE_ROWS_MAX);
      return begin(database, scope, entry, entry.known);
    },
  };
}

const unremembered: Claim<SqliteReceipt> = {
  receipt: { remember() {} },
  commit: async () => {},
  release: async () => {},
};

// One statement, so that it takes the write lock at once and nothing comes between looking and claiming.
const CLAIM = `
insert into doorbell_memory as held (key, layout, lease_until, epoch, forget_at)
select ?, ?, ?, 1, ?
where not exists (select 1 from doorbell_memory where key = ? and forget_at > ? and sequence >= ?)
on conflict (key) do update
set layout = excluded.layout, lease_until = excluded.lease_until, epoch = held.epoch + 1, forget_at = excluded.forget_at
where held.forget_at <= ? or (held.lease_until <= ? and held.layout = excluded.layout)
returning epoch`;
const FIND = 'select layout, lease_until, sequence from doorbell_memory where key = ? and forget_at > ?';
const COMMIT = 'update doorbell_memory set lease_until = null where key = ? and epoch = ? returning key';
const RELEASE =
  'update doorbell_memory set lease_until = 0 where key = ? and epoch = ? and lease_until is not null';
const ADD_ALIAS = `
insert into doorbell_memory (key, layout, epoch, forget_at) values (?, ?, 1, ?) on conflict (key) do nothing`;
const ADVANCE = `
insert into doorbell_memory as task (key, layout, sequence, epoch, forget_at) values (?, '', ?, 1, ?)
on conflict (key) do update set sequence = excluded.sequence, forget_at = excluded.forget_at
where task.sequence < excluded.sequence or task.forget_at <= ?
returning key`;
const PURGE = `
delete from doorbell_memory where key in (select key from doorbell_memory where forget_at <= ? limit ?)`;

function begin(
  database: SqliteDatabase,
  scope: string,
  entry: MemoryEntry,
  known: MemoryKey,
): Begun<SqliteReceipt> {
  const { key, task } = rowKeys(scope, entry);
  const { now, leaseUntil, place } = entry;
  const claimed = prepare(database, CLAIM).get(
    key,
    known.layout,
    leaseUntil,
    known.forgetAt,
    task,
    now,
    place?.sequence ?? null,
    now,
    now,
  ) as Row | undefined;
  if (claimed === undefined) {
    const find = (wanted: string | null) => prepare(database, FIND).get(wanted, now) as Row | undefined;
    return { outcome: judgeRows(entry, known.layout, find(key), find(task)) };
  }
  return { outcome: 'new', claim: claimOf(database, scope, entry, Number(claimed.epoch)) };
}

function claimOf(
  database: SqliteDatabase,
  scope: string,
  entry: MemoryEntry,
  epoch: number,
): Claim<SqliteReceipt> {
  let remembered = false;
  return {
    receipt: {
      remember(own) {
        const ended = remember(own, scope, entry, epoch);
        if (ended !== 'remembered') throw new RepeatedNotification(ended);
        remembered = true;
      },
    },
    async commit() {
      if (!remembered) remember(database, scope, entry, epoch);
    },
    async release() {
      prepare(database, RELEASE).run(rowKeys(scope, entry).key, epoch);
    },
  };
}

function remember(
  database: SqliteDatabase,
  scope: string,
  entry: MemoryEntry,
  epoch: number,
): 'remembered' | 'repeat' | 'stale' {
  // Within the handler's transaction a savepoint is a part of it, else a transaction of its own.
  database.exec('savepoint doorbell_memory');
  try {
    return write(database, scope, entry, epoch);
  } catch (cause) {
    database.exec('rollback to doorbell_memory');
    throw cause;
  } finally {
    database.exec('release doorbell_memory');
  }
}

function write(
  database: SqliteDatabase,
  scope: string,
  entry: MemoryEntry,
  epoch: number,
): 'remembered' | 'repeat' | 'stale' {
  const { key, alias, task } = rowKeys(scope, entry);
  if (prepare(database, COMMIT).get(key, epoch) === undefined) return 'repeat';
  if (entry.alias !== null) {
    prepare(database, ADD_ALIAS).run(alias, entry.alias.layout, entry.alias.forgetAt);
  }
  if (entry.place === null) return 'remembered';
  const { sequence, forgetAt } = entry.place;
  const advanced = prepare(database, ADVANCE).get(task, sequence, forgetAt, entry.now);
  return advanced === undefined ? 'stale' : 'remembered';
}

const statements = new WeakMap<SqliteDatabase, Map<string, SqliteStatement>>();

function prepare(database: SqliteDatabase, sql: string): SqliteStatement {
  const prepared = statements.get(database) ?? new Map<string, SqliteStatement>();
  const statement = prepared.get(sql) ?? database.prepare(sql);
  statements.set(database, prepared.set(sql, statement));
  return statement;
}
