import { expect, it } from 'vitest';
import { describeOnPgBouncer } from '../../../test/describe-on-pgbouncer.ts';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { Database } from '../src/stores/postgres/database.ts';
import type { PostgresServer } from './postgres-server.ts';
import { openTestStore } from './postgres-test-store.ts';

const suite = (server: Pick<PostgresServer, 'url'>): void => {
  it('is ended by the server when it is stuck, and leaves no limit to who uses the connection next', async () => {
    const subject = await openTestStore(server);
    const database = new Database(subject.pool, subject.schema);
    const ask = `select current_setting('statement_timeout') as "limit"`;
    expect(await database.rows(ask)).toEqual([{ limit: '55s' }]);
    const after = await Promise.all(Array.from({ length: 10 }, () => subject.sql(ask)));
    expect(after.flat()).toEqual(Array(10).fill({ limit: '0' }));
    await subject.close();
  });

  it('that fails leaves a connection to the next one', async () => {
    const subject = await openTestStore(server);
    const database = new Database(subject.pool, subject.schema);
    for (let time = 0; time < 10; time += 1) {
      await expect(database.rows('select 1 / $1::int', 0)).rejects.toMatchObject({ code: '22012' });
    }
    expect(subject.pool.totalCount - subject.pool.idleCount).toBe(0);
    expect(await database.rows('select $1::int as n', 7)).toEqual([{ n: 7 }]);
    await subject.close();
  });
};

await describeOnPostgres('a statement by itself', suite);
await describeOnPgBouncer('a statement by itself, behind PgBouncer in transaction mode', suite);
