import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { Database } from '../src/stores/postgres/database.ts';
import { migratePostgres, openPostgresStore } from '../src/stores/postgres/index.ts';
import { systemClock } from '../src/system.ts';
import { delivered, World } from '../src/testing/store-contract/world.ts';
import { createVault } from '../src/vault.ts';
import { openPostgresWakeup, type PostgresWakeup } from '../src/wakeups/postgres.ts';
import { openTestStore, type PostgresUnderTest, testVault } from './postgres-test-store.ts';

await describeOnPostgres('opening a PostgreSQL database', (server) => {
  const { url, crash, asStandby } = server;
  let subject: PostgresUnderTest;

  beforeEach(async () => {
    subject = await openTestStore(server);
  });
  afterEach(() => subject.close());

  const open = (more: { readonly connectionString?: string; readonly schema?: string } = {}) =>
    openPostgresStore({ connectionString: url, schema: subject.schema, vault: testVault, ...more });

  it('works with an address alone, and ends its connections', async () => {
    const store = await open();
    expect(await store.listCustomers()).toEqual([]);
    await store.close();
    await store.close();
  });

  it('says where to look when no server answers', async () => {
    await expect(open({ connectionString: 'postgres://127.0.0.1:1/doorbell' })).rejects.toMatchObject({
      name: 'DatabaseUnreachable',
      message: expect.stringMatching(/ECONNREFUSED.*Check host and port in DATABASE_URL/),
    });
  });

  it('says so when the database or the user does not exist', async () => {
    const missing = new URL(url);
    missing.pathname = '/nowhere';
    await expect(open({ connectionString: missing.href })).rejects.toThrow(
      /"nowhere" does not exist.*Create/,
    );
    const stranger = new URL(url);
    stranger.username = 'stranger';
    await expect(open({ connectionString: stranger.href })).rejects.toThrow(
      /stranger.*Check user and password/,
    );
  });

  it('refuses a server that only reads, and so does migrating', async () => {
    const readOnly = new URL(url);
    readOnly.searchParams.set('options', '-c default_transaction_read_only=on');
    const connectionString = readOnly.href;
    await expect(open({ connectionString })).rejects.toMatchObject({ name: 'DatabaseReadOnly' });
    await expect(migratePostgres({ connectionString, schema: subject.schema })).rejects.toThrow(/only reads/);
  });

  // The server at DATABASE_URL is not ours to restart.
  if (asStandby !== undefined)
    it('refuses a standby, and works on it after its promotion', async () => {
      await asStandby(async () => {
        await expect(open()).rejects.toMatchObject({
          name: 'DatabaseReadOnly',
          message: expect.stringMatching(/read-only standby/),
        });
      });
      await (await open()).close();
    });

  if (asStandby !== undefined)
    it('hears hints again after its connection for them met a standby', async () => {
      let sleeps = 0;
      const sleep: typeof systemClock.sleep = (timeoutMs, signal) => {
        sleeps += 1;
        return systemClock.sleep(timeoutMs, signal);
      };
      const clock = { ...systemClock, sleep };
      const opened: PostgresWakeup[] = [];
      await asStandby(async () => {
        const options = { connectionString: url, schema: subject.schema, clock, random: () => 0 };
        opened.push(openPostgresWakeup(options));
        await vi.waitUntil(() => sleeps > 0, 30_000);
      });
      // Twice: for the connection that is made anew, and for the hint itself.
      for (const wakeup of [...opened, ...opened]) {
        let isHeard = false;
        const waiting = wakeup.wait(600_000, new AbortController().signal).then(() => {
          isHeard = true;
        });
        await vi.waitUntil(async () => {
          await subject.sql(`select pg_notify($1, '')`, subject.schema);
          return isHeard;
        }, 30_000);
        await waiting;
      }
      for (const wakeup of opened) await wakeup.close();
    });

  it('asks for a migration when there is no schema, or an older one', async () => {
    const empty = open({ schema: 'doorbell_test_nothing' });
    await expect(empty).rejects.toMatchObject({ name: 'SchemaMismatch' });
    await expect(empty).rejects.toThrow(/no schema of Doorbell.*Run `doorbell migrate`/);
    await subject.sql('delete from doorbell.schema_version where version > 1');
    await expect(open()).rejects.toThrow(/has schema 1;.*Run `doorbell migrate`/);
  });

  it('works on a newer schema as long as that says it may, and refuses it afterwards', async () => {
    await subject.sql('insert into doorbell.schema_version (version, works_since) values (98, 5)');
    await (await open()).close();
    await subject.sql('insert into doorbell.schema_version (version, works_since) values (99, 98)');
    await expect(open()).rejects.toThrow(/schema 99.*Install the newer Doorbell/);
    await expect(migratePostgres({ connectionString: url, schema: subject.schema })).rejects.toMatchObject({
      name: 'SchemaMismatch',
    });
  });

  it('migrates once when several processes do it at the same time', async () => {
    const schema = `${subject.schema}_fresh`;
    const address = { connectionString: url, schema };
    const applied = await Promise.all([0, 1, 2].map(() => migratePostgres(address)));
    const [numbers = []] = applied.filter((each) => each.length > 0);
    expect(applied.flat()).toEqual(numbers);
    expect(numbers.length).toBeGreaterThan(10);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(await migratePostgres(address)).toEqual([]);
    await subject.sql(`drop schema ${schema} cascade`);
  });

  /** A schema of before: what migrations 11 and later made is taken away. */
  async function goBackTo10(): Promise<void> {
    await subject.sql('alter table doorbell.attempt drop column timings');
    await subject.sql('alter table doorbell.endpoint drop column waking_from');
    await subject.sql('drop index doorbell.endpoint_held, doorbell.rollup_refused');
    await subject.sql('drop function doorbell.form_bytes, doorbell.check_form');
    await subject.sql('drop table doorbell.master_key');
    await subject.sql('delete from doorbell.schema_version where version >= 11');
  }

  it('migrates however long a statement takes: a large table needs minutes', async () => {
    await subject.sql(`alter table doorbell.schema_version
      add column limit_seen text default current_setting('statement_timeout')`);
    await goBackTo10();
    const [first] = await migratePostgres({ connectionString: url, schema: subject.schema });
    expect(first).toBe(11);
    const [row] = await subject.sql('select limit_seen from doorbell.schema_version where version = 11');
    expect(row).toEqual({ limit_seen: '0' });
  });

  it('gives up on a table that somebody reads for long, so that deliveries wait no longer for it', async () => {
    await goBackTo10();
    const reader = new pg.Client({ connectionString: url });
    await reader.connect();
    await reader.query(`begin; select count(*) from ${subject.schema}.endpoint`);
    const address = { connectionString: url, schema: subject.schema };
    await expect(migratePostgres(address)).rejects.toThrow(/Another transaction holds what this needs/);
    await reader.end();
    expect((await migratePostgres(address))[0]).toBe(11);
  });

  it('finds out at once that the master key is another, even before there is an endpoint', async () => {
    const vault = createVault(new Uint8Array(32).fill(8), randomBytes);
    const options = { connectionString: url, schema: subject.schema, vault };
    await expect(openPostgresStore(options)).rejects.toMatchObject({ name: 'VaultError' });
    await new World(subject).setUp();
    await expect(openPostgresStore(options)).rejects.toMatchObject({ name: 'VaultError' });
  });

  it('goes on after the server ended its connections', async () => {
    const world = new World(subject);
    await world.setUp();
    const named = new URL(url);
    named.searchParams.set('application_name', subject.schema);
    const store = await open({ connectionString: named.href });
    await store.listCustomers();
    const ended = await subject.sql(
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
      subject.schema,
    );
    expect(ended.length).toBeGreaterThan(0);
    // Whether the first one meets a connection that is gone is chance; the next one does not.
    await Promise.allSettled([store.listCustomers()]);
    expect(await store.listCustomers()).toHaveLength(1);
    await store.close();
  });

  it('survives the end of a connection in the middle of a transaction', async () => {
    const database = new Database(subject.pool, subject.schema);
    const ended = database.transaction((session) =>
      session.rows('select pg_terminate_backend(pg_backend_pid())'),
    );
    await expect(ended).rejects.toMatchObject({ code: '57P01' });
    expect(await subject.store.listCustomers()).toEqual([]);
  });

  it('works on through a migration that changes what a prepared statement yields', async () => {
    const database = new Database(subject.pool, subject.schema);
    const look = () =>
      database.transaction((transaction) =>
        transaction.prepared<object>('select * from doorbell.customer where id = $1', 'c1'),
      );
    await new World(subject).setUp();
    expect(await look()).toHaveLength(1);
    await subject.sql('alter table doorbell.customer add column shoe_size int');
    expect(await look()).toEqual([expect.objectContaining({ id: 'c1', shoe_size: null })]);
  });

  it('works on after all that was prepared is gone from a connection', async () => {
    const world = new World(subject);
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.claimOne();
    const prepared = await subject.sql('select 1 from pg_prepared_statements');
    expect(prepared.length).toBeGreaterThan(0);
    await subject.sql('deallocate all');
    expect(await world.settle(claim, delivered)).toBe('applied');
    expect(await world.claim()).toEqual([]);
  });

  it('works with a pool that waits for each answer before it sends on', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    const store = await openPostgresStore({ pool, schema: subject.schema, vault: testVault });
    const world = new World({ ...subject, store });
    await world.setUp();
    await world.append('t1', 10_000);
    expect(await world.settle(await world.claimOne(), delivered)).toBe('applied');
    const unknown = world.change('t2', 10_000, { customerId: 'nobody' });
    await expect(store.append([unknown])).rejects.toMatchObject({ reason: 'unknown-customer' });
    expect(await store.upcoming()).toEqual([]);
    await pool.end();
  });

  if (crash !== undefined)
    it('finds everything that was answered after the server crashed', async () => {
      const world = new World(subject);
      await world.setUp();
      await world.append('t1', 10_000);
      await crash();
      const store = await open();
      expect(await store.findTasks('t1')).toHaveLength(1);
      expect((await store.backlog()).pending).toBe(1);
      await store.close();
    });
});
