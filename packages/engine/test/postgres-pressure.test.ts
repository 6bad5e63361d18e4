import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { Database } from '../src/stores/postgres/database.ts';
import { openPostgresStore } from '../src/stores/postgres/index.ts';
import { systemClock } from '../src/system.ts';
import { delivered, nameOf, World } from '../src/testing/store-contract/world.ts';
import { openPostgresWakeup } from '../src/wakeups/postgres.ts';
import { openTestStore, type PostgresUnderTest, testVault } from './postgres-test-store.ts';

await describeOnPostgres('a PostgreSQL server under pressure', (server) => {
  let subject: PostgresUnderTest;
  let world: World;
  const cleanUp: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    subject = await openTestStore(server);
    world = new World(subject);
    await world.setUp({ inFlightMax: 1_000 });
  });
  afterEach(async () => {
    for (const undo of cleanUp.splice(0).reverse()) await undo();
    await subject.close();
  });

  async function client(url = server.url): Promise<pg.Client> {
    const connected = new pg.Client({ connectionString: url });
    connected.on('error', () => {});
    await connected.connect();
    cleanUp.push(() => connected.end());
    return connected;
  }

  it('that keeps all old rows for a long transaction goes on delivering, in order', async () => {
    const reader = await client();
    await reader.query('begin isolation level repeatable read');
    await reader.query(`select count(*) from ${subject.schema}.lane`);
    const names: string[] = [];
    for (let round = 0; round < 30; round += 1) {
      await world.store.append(['t1', 't2', 't3'].map((task) => world.change(task, 40_000)));
      names.push(...(await world.drain()));
    }
    expect(names).toHaveLength(90);
    const seen = await reader.query(`select count(*)::int n from ${subject.schema}.lane`);
    expect(seen.rows).toEqual([{ n: 0 }]);
  });

  it('that has no connection left says so in a sentence, and serves again when there is one', async () => {
    const role = `${subject.schema}_few`;
    await subject.pool.query(`create role ${role} login superuser connection limit 1`);
    await subject.pool.query(`alter role ${role} nosuperuser`);
    await subject.pool.query(`grant usage on schema ${subject.schema} to ${role}`);
    await subject.pool.query(`grant all on all tables in schema ${subject.schema} to ${role}`);
    const url = new URL(server.url);
    url.username = role;
    const holder = new pg.Client({ connectionString: url.href });
    await holder.connect();
    const open = () =>
      openPostgresStore({ connectionString: url.href, schema: subject.schema, vault: testVault });
    await expect(open()).rejects.toThrow(/Raise max_connections, or let fewer processes connect/);
    await holder.end();
    const opened = await openOnceFree(open);
    expect((await opened.listCustomers()).map(({ id }) => id)).toEqual(['c1']);
    await opened.close();
    await subject.pool.query(`drop owned by ${role}; drop role ${role}`);
  });

  it('that answers with a deadlock or a serialization failure is asked again, with any other error not', async () => {
    const database = new Database(subject.pool, subject.schema);
    const failing = (code: string, times: number) => {
      let tries = 0;
      const work = database.transaction(async (session) => {
        tries += 1;
        if (tries <= times)
          await session.rows(`do $$ begin raise exception using errcode = '${code}'; end $$`);
        return 'done';
      });
      return work.then(
        (value) => ({ value, tries }),
        (error: { code?: string }) => ({ value: error.code, tries }),
      );
    };
    expect(await failing('40P01', 2)).toEqual({ value: 'done', tries: 3 });
    expect(await failing('40001', 2)).toEqual({ value: 'done', tries: 3 });
    expect(await failing('40001', 99)).toEqual({ value: '40001', tries: 4 });
    expect(await failing('57P01', 1)).toEqual({ value: '57P01', tries: 1 });
    expect(await failing('23505', 1)).toEqual({ value: '23505', tries: 1 });
  });

  it('that ended the connection for hints leaves a wait that ends by itself, and hints that come again', async () => {
    const wakeup = openPostgresWakeup({
      connectionString: server.url,
      schema: subject.schema,
      clock: systemClock,
      random: () => 0,
    });
    cleanUp.push(() => wakeup.close());
    const listeners = async () => {
      const { rows } = await subject.pool.query(
        `select pid from pg_stat_activity where query = $1 and pid <> pg_backend_pid()`,
        [`listen "${subject.schema}"`],
      );
      return rows.map(({ pid }: { pid: number }) => pid);
    };
    const listening = async (other?: number): Promise<number> => {
      for (;;) {
        const pid = (await listeners()).find((each) => each !== other);
        if (pid !== undefined) return pid;
      }
    };
    const never = new AbortController().signal;
    const first = await listening();
    await subject.pool.query('select pg_terminate_backend($1)', [first]);
    await wakeup.wait(50, never);
    await listening(first);
    const notified = wakeup.wait(600_000, never);
    await subject.pool.query(`select pg_notify($1, '')`, [subject.schema]);
    await notified;
  });

  it('whose lanes nobody vacuums goes on delivering, each task in order', async () => {
    await subject.sql('alter table doorbell.lane set (autovacuum_enabled = off)');
    const sent: string[] = [];
    for (let round = 0; round < 100; round += 1) {
      await world.store.append(['t1', 't2', 't3'].map((task) => world.change(task, 40_000)));
      const claims = await world.claim();
      sent.push(...claims.map(nameOf));
      await world.store.settle(claims.map((claim) => world.settlement(claim, delivered)));
    }
    const inOrder = Array.from({ length: 100 }, (_, index) => `t2.${index + 1}`);
    expect(sent).toHaveLength(300);
    expect(sent.filter((name) => name.startsWith('t2.'))).toEqual(inOrder);
  });

  it('with one task of 20,000 changes waiting delivers the others as if there were none', async () => {
    for (let batch = 0; batch < 20; batch += 1) {
      await world.store.append(Array.from({ length: 1_000 }, () => world.change('long', 40_000)));
    }
    await world.store.append(['t1', 't2'].map((task) => world.change(task, 40_000)));
    const claims = await world.claim();
    expect(claims.map(({ change, sequence }) => `${change.houseTaskId}.${sequence}`).sort()).toEqual([
      'long.1',
      't1.1',
      't2.1',
    ]);
    for (const claim of claims) await world.settle(claim, delivered);
    expect((await world.claim()).map(({ sequence }) => sequence)).toEqual([2]);
  });
});

/** The server counts a connection that was ended a little longer. */
async function openOnceFree<T>(open: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await open();
    } catch (error) {
      if (tries >= 200) throw error;
    }
  }
}
