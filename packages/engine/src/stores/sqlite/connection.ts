import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { refuseForeign } from './migrate.ts';

export interface Statement<Row> {
  get(...parameters: SQLInputValue[]): Row | undefined;
  all(...parameters: SQLInputValue[]): readonly Row[];
  run(...parameters: SQLInputValue[]): void;
  /** Returns how many rows it changed. */
  change(...parameters: SQLInputValue[]): number;
  /** Returns the new row's integer id. Four times as fast as `returning`, which makes SQLite keep a journal. */
  insert(...parameters: SQLInputValue[]): number;
}

/** SQLite's primary result codes, the low byte of `errcode`: https://sqlite.org/rescode.html */
const resultCodes = {
  busy: 5,
  ioError: 10,
  corrupt: 11,
  tooBig: 18,
  constraint: 19,
  notADatabase: 26,
} as const;

/** One SQLite connection with Doorbell's settings. */
export class Connection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Prepared once for each text. `Row` is what the text selects; STRICT tables hold it to that. */
  prepare<Row = never>(sql: string): Statement<Row> {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return {
      get: (...parameters) => statement.get(...parameters) as Row | undefined,
      all: (...parameters) => statement.all(...parameters) as unknown as readonly Row[],
      run: (...parameters) => {
        statement.run(...parameters);
      },
      change: (...parameters) => Number(statement.run(...parameters).changes),
      insert: (...parameters) => Number(statement.run(...parameters).lastInsertRowid),
    };
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

export type Synchronous = 'FULL' | 'NORMAL' | 'OFF';

/**
 * Every setting that durability or safety rests on is written down here rather than inherited: SQLite builds
 * differ in their defaults, and some report FULL while syncing like NORMAL.
 */
export function connect(path: string, synchronous: Synchronous): Connection {
  const connection = new Connection(new DatabaseSync(path, { timeout: 5_000, defensive: true }));
  try {
    refuseForeign(connection);
    configure(connection, synchronous);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function configure(connection: Connection, synchronous: Synchronous): void {
  connection.exec(`
    pragma busy_timeout = 5000;
    pragma journal_mode = wal;
    pragma synchronous = ${synchronous};
    pragma fullfsync = on;
    pragma checkpoint_fullfsync = on;
    pragma foreign_keys = on;
    pragma trusted_schema = off;
    pragma cell_size_check = on;
    pragma recursive_triggers = off;
    pragma wal_autocheckpoint = 1000;
    pragma journal_size_limit = 67108864;
    pragma mmap_size = 0;
    pragma cache_size = -16384;
    pragma temp_store = memory;
  `);
}

/** Whether SQLite threw this, and for that reason. */
export function isSqliteError(error: unknown, reason: keyof typeof resultCodes): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  return (error.errcode & 0xff) === resultCodes[reason];
}
