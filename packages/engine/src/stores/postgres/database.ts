import pg, { type Pool, type PoolClient } from 'pg';
import {
  isServersOwn,
  runTransaction,
  type Session,
  sessionOf,
  type Transaction,
  type TransactionOptions,
} from './transaction.ts';

/** Deadlock and serialization failure: the server has undone everything, so another try is safe. */
const retryable: ReadonlySet<string> = new Set(['40P01', '40001']);
/**
 * What was prepared does not fit any longer, because a newer Doorbell has migrated, or is not there: undone as well, and
 * another connection prepares afresh.
 */
const stale: ReadonlySet<string> = new Set(['0A000', '26000', '42P05']);
const triesMax = 4;
/** Of a statement by itself: nobody waits that long for a page, and a lock or a bad plan must not hold a connection longer. */
const aloneTimeoutMs = 55_000;
const rollbackTimeoutMs = 5_000;

/** A pool of connections and the schema that `doorbell.` stands for in every statement. */
export class Database implements Session {
  readonly #pool: Pool;
  readonly #schema: string;
  readonly #own = new WeakMap<PoolClient, boolean>();

  constructor(pool: Pool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
  }

  /**
   * A statement by itself. In a transaction that is spelled out, because a limit of time goes with one: a session has none
   * behind a pooler. Where the driver sends on without waiting, that is no trip to the server more.
   */
  rows<Row = never>(sql: string, ...parameters: readonly unknown[]): Promise<readonly Row[]> {
    return this.transaction(
      (transaction) => {
        const asked = transaction.rows<Row>(sql, ...parameters);
        transaction.commit();
        return asked;
      },
      { isAlone: true, statementTimeoutMs: aloneTimeoutMs },
    );
  }

  /** Commits when `work` resolves and undoes everything when it rejects; may run it again after a deadlock. */
  async transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#try(work, options);
      } catch (error) {
        const code = codeOf(error);
        if (!(retryable.has(code) || stale.has(code)) || tries >= triesMax) throw error;
      }
    }
  }

  async #try<T>(work: (transaction: Transaction) => Promise<T>, options: TransactionOptions): Promise<T> {
    let broken: Error | undefined;
    // The query in flight rejects as well; an error event that nobody listens to would end the process.
    const onError = (error: Error): void => {
      broken = error;
    };
    const client = await checkOut(this.#pool, onError);
    try {
      const isOwn = this.#own.get(client) ?? (await isServersOwn(client));
      this.#own.set(client, isOwn);
      return await runTransaction(client, { ...options, schema: this.#schema, isOwn }, work);
    } catch (error) {
      if (error instanceof Error && stale.has(codeOf(error))) broken = error;
      // A connection that cannot even roll back is of no use to the next one.
      await sessionOf(client, this.#schema, rollbackTimeoutMs)
        .rows('rollback')
        .catch((failure: Error) => {
          broken = failure;
        });
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }
}

/**
 * By callback: a server that takes the connection and ends it in one packet raises the error before a promise would
 * have handed it over.
 */
function checkOut(pool: Pool, onError: (error: Error) => void): Promise<PoolClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (client === undefined) return reject(error);
      client.on('error', onError);
      resolve(client);
    });
  });
}

function codeOf(error: unknown): string {
  return isDatabaseError(error) ? (error.code ?? '') : '';
}

/** `lock_timeout` has passed. */
export const lockNotAvailable = '55P03';

export function isDatabaseError(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError;
}

const mayHoldUnstorable = /\\u(0000|d[89a-f])/;

/**
 * JSON for a statement's rows. PostgreSQL text holds neither NUL nor lone surrogates, and an answer of an endpoint may
 * hold both: they become U+FFFD, so that one such row cannot fail all others.
 */
export function toRows(rows: readonly object[]): string {
  const text = JSON.stringify(rows);
  // Both are escapes in it, and hardly any answer has one: a look at each value costs four times as much.
  if (!mayHoldUnstorable.test(text)) return text;
  return JSON.stringify(rows, (_name, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value,
  );
}
