import { listUnremembered } from '../judge-entry.ts';
import {
  type Begun,
  type Claim,
  type Memory,
  type MemoryEntry,
  type MemoryKey,
  RepeatedNotification,
} from '../memory.ts';
import {
  heldRows,
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
      const { known } = entry;
      return atOnce(database, () => begin(database, scope, entry, known));
    },
  };
}

interface Epochs {
  readonly known: number;
  readonly alias: number | null;
}

const unremembered: Claim<SqliteReceipt> = {
  receipt: { remember() {} },
  commit: async () => {},
  release: async () => {},
};

// The first statement writes, so it takes the write lock at once and nothing comes between looking and claiming.
const CLAIM = `
insert into doorbell_memory as held (key, layout, lease_until, epoch, forget_at)
select ?, ?, ?, 1, ?
where not exists (select 1 from doorbell_memory where key = ? and forget_at > ? and sequence >= ?)
and not exists (
  select 1 from doorbell_memory
  where key = ? and forget_at > ? and (layout <> ? or lease_until is null or lease_until > ?)
)
on conflict (key) do update
set layout = excluded.layout, lease_until = excluded.lease_until, epoch = held.epoch + 1, forget_at = excluded.forget_at
where held.forget_at <= ? or (held.lease_until <= ? and held.layout = excluded.layout)
returning epoch`;
const CLAIM_ALIAS = `
insert into doorbell_memory as held (key, layout, lease_until, epoch, forget_at) values (?, ?, ?, 1, ?)
on conflict (key) do update
set layout = excluded.layout, lease_until = excluded.lease_until, epoch = held.epoch + 1, forget_at = excluded.forget_at
returning epoch`;
const FIND = 'select layout, lease_until, sequence from doorbell_memory where key = ? and forget_at > ?';
const COMMIT = 'update doorbell_memory set lease_until = null where key = ? and epoch = ? returning key';
const RELEASE =
  'update doorbell_memory set lease_until = 0 where key = ? and epoch = ? and lease_until is not null';
// Whoever ran it: a sign over these fields was handled, and over others it is not ours to change.
const REMEMBER_KEY = `
insert into doorbell_memory as held (key, layout, epoch, forget_at) values (?, ?, 1, ?)
on conflict (key) do update
set layout = excluded.layout, lease_until = null, forget_at = excluded.forget_at
where held.forget_at <= ? or held.layout = excluded.layout`;
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
  const epochs = claim(database, scope, entry, known);
  if (epochs !== undefined) return { outcome: 'new', claim: claimOf(database, scope, entry, epochs) };
  const { key, alias, task } = rowKeys(scope, entry);
  const find = (wanted: string | null) => prepare(database, FIND).get(wanted, entry.now) as Row | undefined;
  const held = heldRows(find(key), find(alias), find(task));
  const outcome = judgeRows(entry, known, held);
  for (const unremembered of listUnremembered(entry, outcome, held)) {
    rememberKey(database, scope, unremembered, entry.now);
  }
  if (outcome === 'repeat') advance(database, scope, entry);
  return { outcome };
}

/** Which claim of each key it is; undefined where they were not to be had. */
function claim(
  database: SqliteDatabase,
  scope: string,
  entry: MemoryEntry,
  known: MemoryKey,
): Epochs | undefined {
  const { key, alias, task } = rowKeys(scope, entry);
  const { now, leaseUntil, place } = entry;
  const lookups = [task, now, place?.sequence ?? null, alias, now, entry.alias?.layout ?? null, now];
  const mine = [key, known.layout, leaseUntil, known.forgetAt];
  const claimed = prepare(database, CLAIM).get(...mine, ...lookups, now, now) as Row | undefined;
  if (claimed === undefined) return undefined;
  if (entry.alias === null) return { known: Number(claimed.epoch), alias: null };
  const { layout, forgetAt } = entry.alias;
  const aliased = prepare(database, CLAIM_ALIAS).get(alias, layout, leaseUntil, forgetAt) as Row;
  return { known: Number(claimed.epoch), alias: Number(aliased.epoch) };
}

function claimOf(
  database: SqliteDatabase,
  scope: string,
  entry: MemoryEntry,
  epochs: Epochs,
): Claim<SqliteReceipt> {
  let remembered = false;
  return {
    receipt: {
      remember(own) {
        const ended = remember(own, scope, entry, epochs.known);
        if (ended !== 'remembered') throw new RepeatedNotification(ended);
        remembered = true;
      },
    },
    async commit() {
      if (!remembered) remember(database, scope, entry, epochs.known);
    },
    async release() {
      const { key, alias } = rowKeys(scope, entry);
      prepare(database, RELEASE).run(key, epochs.known);
      prepare(database, RELEASE).run(alias, epochs.alias);
    },
  };
}

function remember(
  database: SqliteDatabase,
  scope: string,
  entry: MemoryEntry,
  epoch: number,
): 'remembered' | 'repeat' | 'stale' {
  return atOnce(database, () => write(database, scope, entry, epoch));
}

function atOnce<Result>(database: SqliteDatabase, work: () => Result): Result {
  // Within the handler's transaction a savepoint is a part of it, else a transaction of its own.
  database.exec('savepoint doorbell_memory');
  try {
    return work();
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
  if (prepare(database, COMMIT).get(rowKeys(scope, entry).key, epoch) === undefined) return 'repeat';
  if (entry.alias !== null) rememberKey(database, scope, entry.alias, entry.now);
  return advance(database, scope, entry) ? 'remembered' : 'stale';
}

function rememberKey(database: SqliteDatabase, scope: string, key: MemoryKey, now: number): void {
  prepare(database, REMEMBER_KEY).run(`${scope}${key.key}`, key.layout, key.forgetAt, now);
}

/** False where a later change of the task was handled, or this one. */
function advance(database: SqliteDatabase, scope: string, entry: MemoryEntry): boolean {
  if (entry.place === null) return true;
  const { sequence, forgetAt } = entry.place;
  const { task } = rowKeys(scope, entry);
  return prepare(database, ADVANCE).get(task, sequence, forgetAt, entry.now) !== undefined;
}

const statements = new WeakMap<SqliteDatabase, Map<string, SqliteStatement>>();

function prepare(database: SqliteDatabase, sql: string): SqliteStatement {
  const prepared = statements.get(database) ?? new Map<string, SqliteStatement>();
  const statement = prepared.get(sql) ?? database.prepare(sql);
  statements.set(database, prepared.set(sql, statement));
  return statement;
}
