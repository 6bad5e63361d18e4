import { setTimeout as sleep } from 'node:timers/promises';
import type { NewChange } from '@doorbell/engine';
import { AppendRefused } from '@doorbell/engine';
import { appendWithin } from '@doorbell/engine/postgres';
import pg from 'pg';
import { type Appender, Refused } from './appender.ts';

const connectionsMax = 6;
const undoings = ['rollback', 'rollback to a savepoint', 'an error in the transaction', 'a lost connection'];
/** A producer that takes its time before it commits holds the lanes of its tasks. */
const slowCommitOf100 = 5;
const slowCommitMs = 300;

type AppendIn = (client: pg.ClientBase, changes: readonly NewChange[]) => Promise<readonly number[]>;

/** `appendWithin`, in a transaction that also writes a row of the producer's own for each change. */
export function appendInOwnTransaction(url: string, random: () => number): TransactionAppender {
  return new TransactionAppender('appendWithin in own transactions', url, random, async (client, changes) => {
    const appended = await appendWithin(client, changes);
    return appended.map(({ sequence }) => sequence);
  });
}

const appendChangeSql = 'select doorbell.append_change($1, $2, $3, $4, $5, $6, $7, $8, $9) as sequence';

/** `doorbell.append_change`, as a producer in any language calls it. */
export function appendInSql(url: string, random: () => number): TransactionAppender {
  return new TransactionAppender('doorbell.append_change in SQL', url, random, async (client, changes) => {
    const sequences = new Map<NewChange, number>();
    // In one order everywhere, so that two transactions never wait for each other.
    const byTask = (a: NewChange, b: NewChange): number =>
      a.houseTaskId === b.houseTaskId ? 0 : a.houseTaskId < b.houseTaskId ? -1 : 1;
    for (const change of [...changes].sort(byTask)) {
      const { customerId, houseTaskId, state, houseId, packageId, userId, userName, eventId } = change;
      const values = [customerId, houseTaskId, state, houseId, packageId, userId, userName, '{}', eventId];
      const { rows } = await client.query<{ sequence: number }>(appendChangeSql, values);
      sequences.set(change, rows[0]?.sequence ?? 0);
    }
    return changes.map((change) => sequences.get(change) ?? 0);
  });
}

export class TransactionAppender implements Appender {
  readonly way: string;
  readonly batchMax = 5;
  readonly hasOwnRows = true;
  readonly #pool: pg.Pool;
  readonly #random: () => number;
  readonly #appendIn: AppendIn;

  constructor(way: string, url: string, random: () => number, appendIn: AppendIn) {
    this.way = way;
    this.#random = random;
    this.#appendIn = appendIn;
    this.#pool = new pg.Pool({ connectionString: url, max: connectionsMax });
    // Broken by the run itself; the next transaction gets a new connection.
    this.#pool.on('error', ignore);
    // Of every connection from its first moment: the query in flight rejects as well.
    this.#pool.on('connect', (client) => client.on('error', ignore));
  }

  async append(changes: readonly NewChange[]): Promise<readonly number[]> {
    return this.#withClient(async (client) => {
      await client.query('begin');
      const sequences = await this.#write(client, changes);
      await client.query('commit');
      return sequences;
    });
  }

  async appendAndUndo(changes: readonly NewChange[], roll: number): Promise<string> {
    const how = undoings[Math.floor(roll * undoings.length)] ?? 'rollback';
    await this.#withClient(async (client) => {
      await client.query('begin');
      if (how === 'rollback to a savepoint') await client.query('savepoint before');
      await this.#write(client, changes);
      if (how === 'a lost connection') throw new LostOnPurpose();
      if (how === 'an error in the transaction') await client.query('select 1 / 0').catch(() => {});
      if (how === 'rollback to a savepoint') await client.query('rollback to savepoint before');
      // After an error COMMIT undoes everything, too.
      await client.query(how === 'rollback' ? 'rollback' : 'commit');
    }).catch((error) => {
      if (!(error instanceof LostOnPurpose)) throw error;
    });
    return how;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #write(client: pg.ClientBase, changes: readonly NewChange[]): Promise<readonly number[]> {
    const events = changes.map(({ eventId }) => eventId);
    await client.query('insert into chaos.own_row (event) select unnest($1::text[]) on conflict do nothing', [
      events,
    ]);
    const sequences = await this.#appendIn(client, changes);
    if (this.#random() * 100 < slowCommitOf100) await sleep(slowCommitMs);
    return sequences;
  }

  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      // The connection goes with the transaction, whatever state it is in.
      client.release(true);
      const isRefusal = error instanceof AppendRefused || (error as { code?: unknown }).code === 'DBR01';
      throw isRefusal ? new Refused(String(error)) : error;
    }
  }
}

const ignore = (): void => {};

class LostOnPurpose extends Error {}
