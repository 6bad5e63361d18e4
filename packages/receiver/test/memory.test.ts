import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { createMemory } from '@doorbell/receiver';
import { type PostgresReceipt, postgresMemory, postgresMemoryTable } from '@doorbell/receiver/postgres';
import { redisMemory } from '@doorbell/receiver/redis';
import { type SqliteReceipt, sqliteMemory, sqliteMemoryTable } from '@doorbell/receiver/sqlite';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { afterAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../../../test/postgres-server.ts';
import { describeMemory, entry } from './describe-memory.ts';
import { describeTransactions, type TestDatabase } from './describe-transactions.ts';
import { startRedis } from './redis-server.ts';

const EFFECTS = 'create table if not exists effect (name text not null)';
const ADD_EFFECT = 'insert into effect (name) values ';
const COUNT_EFFECTS = 'select count(*) as effects from effect where name = ';

describeMemory('in this process', () => createMemory());

describe('a memory in this process', () => {
  it('is bounded: the oldest go first', async () => {
    const memory = createMemory({ entriesMax: 2 });
    for (const key of ['a', 'b', 'c']) {
      const begun = await memory.begin(entry({ key }));
      if (begun.outcome === 'new') await begun.claim.commit();
    }
    const outcomes = [];
    for (const key of ['b', 'c', 'a']) outcomes.push((await memory.begin(entry({ key }))).outcome);
    expect(outcomes).toEqual(['repeat', 'repeat', 'new']);
  });

  it.each([0, 1.5, Number.NaN])('is not created for %d entries', (entriesMax) => {
    expect(() => createMemory({ entriesMax })).toThrow(RangeError);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'doorbell-memory-'));
const path = join(folder, 'customer.db');
const memoryConnection = new DatabaseSync(path, { timeout: 5000 });
memoryConnection.exec(`pragma journal_mode = wal; ${sqliteMemoryTable}; ${EFFECTS}`);
const handlerConnection = new DatabaseSync(path, { timeout: 5000 });
afterAll(() => {
  memoryConnection.close();
  handlerConnection.close();
  rmSync(folder, { recursive: true });
});

function sqliteDatabase(connection: DatabaseSync): TestDatabase<SqliteReceipt> {
  return {
    open: (scope) => sqliteMemory(memoryConnection, { scope }),
    async transact(effect, receipt, before) {
      connection.exec('begin immediate');
      try {
        connection.prepare(`${ADD_EFFECT} (?)`).run(effect);
        receipt.remember(connection);
        before();
        connection.exec('commit');
      } catch (cause) {
        connection.exec('rollback');
        throw cause;
      }
    },
    async countEffects(effect) {
      return Number(connection.prepare(`${COUNT_EFFECTS} ?`).get(effect)?.effects);
    },
  };
}

describeMemory('SQLite', (scope) => sqliteMemory(memoryConnection, { scope }));
describeTransactions('SQLite, one connection', () => sqliteDatabase(memoryConnection));
describeTransactions('SQLite, a connection of its own', () => sqliteDatabase(handlerConnection));

const redis = await startRedis('the memory in Redis');
const postgres = await startPostgres('the memory in PostgreSQL').catch(async (cause: unknown) => {
  await redis?.stop();
  throw cause;
});
if (postgres !== undefined) {
  const schema = `doorbell_test_${process.pid}`;
  const pool = new Pool({ connectionString: postgres.url, options: `-c search_path=${schema}`, max: 10 });
  await pool.query(`create schema ${schema}; ${postgresMemoryTable}; ${EFFECTS}`);
  afterAll(async () => {
    await pool.query(`drop schema ${schema} cascade`);
    await pool.end();
    await postgres.stop();
  });

  const database: TestDatabase<PostgresReceipt> = {
    open: (scope) => postgresMemory(pool, { scope }),
    async transact(effect, receipt, before) {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query(`${ADD_EFFECT} ($1)`, [effect]);
        await receipt.remember(client);
        before();
        await client.query('commit');
      } catch (cause) {
        await client.query('rollback');
        throw cause;
      } finally {
        client.release();
      }
    },
    async countEffects(effect) {
      const { rows } = await pool.query(`${COUNT_EFFECTS} $1`, [effect]);
      return Number(rows[0]?.effects);
    },
  };
  describeMemory('PostgreSQL', database.open);
  describeTransactions('PostgreSQL', () => database);
}

if (redis !== undefined) {
  const client = await createClient({ url: redis.url }).connect();
  afterAll(async () => {
    await client.close();
    await redis.stop();
  });
  describeMemory('Redis', (scope) => redisMemory(client, { scope }));
}
