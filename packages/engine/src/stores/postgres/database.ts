import pg, { type ClientBase, type Pool, type PoolClient } from 'pg';

/** Runs statements. `Row` is what the text selects; bigint comes as a number, which ids and times fit into. */
export interface Session {
  rows<Row = never>(sql: string, ...parameters: readonly unknown[]): Promise<readonly Row[]>;
}

const int8 = 20;
const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: 'text' | 'binary') =>
    id === int8 ? Number : pg.types.getTypeParser(id, format),
} as pg.CustomTypesConfig;

/**
 * Limits and durability go with each transaction: behind PgBouncer in transaction mode there is no session to set
 * them in, and it refuses them as startup parameters. One text, so one round trip.
 */
const begin = `begin isolation level read committed read write;
  set local synchronous_commit = on; set local statement_timeout = '15s';
  set local idle_in_transaction_session_timeout = '15s'`;

/** Deadlock and serialization failure: the server has undone everything, so another try is safe. */
const retryable: ReadonlySet<string> = new Set(['40P01', '40001']);
const triesMax = 4;

/** A pool of connections and the schema that `doorbell.` stands for in every statement. */
export class Database implements Session {
  readonly #pool: Pool;
  readonly #schema: string;

  constructor(pool: Pool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
  }

  /** A statement by itself, that is a transaction of its own. */
  rows<Row = never>(sql: string, ...parameters: readonly unknown[]): Promise<readonly Row[]> {
    return sessionOf(this.#pool, this.#schema).rows<Row>(sql, ...parameters);
  }

  /** Commits when `work` resolves and undoes everything when it rejects; may run it again after a deadlock. */
  async transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#try(work);
      } catch (error) {
        const again = isDatabaseError(error) && retryable.has(error.code ?? '');
        if (!again || tries >= triesMax) throw error;
      }
    }
  }

  async #try<T>(work: (session: Session) => Promise<T>): Promise<T> {
    let broken: Error | undefined;
    // The query in flight rejects as well; an error event that nobody listens to would end the process.
    const onError = (error: Error): void => {
      broken = error;
    };
    const client = await checkOut(this.#pool, onError);
    try {
      await client.query(begin);
      const result = await work(sessionOf(client, this.#schema));
      await client.query('commit');
      return result;
    } catch (error) {
      // A connection that cannot even roll back is of no use to the next one.
      await client.query('rollback').catch((failure: Error) => {
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

export function sessionOf(client: Pick<ClientBase, 'query'>, schema: string): Session {
  const quoted = pg.escapeIdentifier(schema);
  return {
    async rows<Row>(sql: string, ...parameters: readonly unknown[]): Promise<readonly Row[]> {
      const text = schema === 'doorbell' ? sql : sql.replaceAll(/\bdoorbell(?=\.|$)/g, quoted);
      // A text without parameters may hold several statements; those answer with several results.
      if (parameters.length === 0) {
        const result = await client.query({ text, types });
        return (result.rows ?? []) as readonly Row[];
      }
      const result = await client.query({ text, values: [...parameters], types });
      return result.rows as readonly Row[];
    },
  };
}

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
