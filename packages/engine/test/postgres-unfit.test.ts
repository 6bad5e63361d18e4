import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { dayMs } from '../src/retention.ts';
import { migratePostgres, openPostgresStore } from '../src/stores/postgres/index.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { testVault } from './postgres-test-store.ts';

await describeOnPostgres('a PostgreSQL database that is not fit yet', ({ url }) => {
  /** A database of its own with a user who may log in and no more; both are gone after the test. */
  async function emptyDatabase(options = '') {
    const name = `doorbell_unfit_${randomBytes(6).toString('hex')}`;
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    await owner.query(`create role ${name} login password 'p'`);
    await owner.query(`create database ${name} ${options}`);
    const address = new URL(url);
    address.pathname = `/${name}`;
    const inside = new pg.Client({ connectionString: address.href });
    await inside.connect();
    onTestFinished(async () => {
      await inside.end();
      await owner.query(`drop database ${name} with (force)`);
      await owner.query(`drop role ${name}`);
      await owner.end();
    });
    address.username = name;
    address.password = 'p';
    return { user: name, inside, connectionString: address.href };
  }

  it('may make its tables in a schema that was made for it, without the privilege to make one', async () => {
    const { user, inside, connectionString } = await emptyDatabase();
    await expect(migratePostgres({ connectionString })).rejects.toThrow(
      /permission denied for database.*Grant that to the user of DATABASE_URL/,
    );
    await inside.query(`create schema doorbell authorization ${user}`);
    expect((await migratePostgres({ connectionString })).length).toBeGreaterThan(10);
    await (await openPostgresStore({ connectionString, vault: testVault })).close();
  });

  it('retires days of attempts without the privilege to make temporary tables', async () => {
    const { user, inside, connectionString } = await emptyDatabase();
    await inside.query(`create schema doorbell authorization ${user}`);
    await inside.query(
      `revoke all on database ${user} from public; grant connect on database ${user} to ${user}`,
    );
    await migratePostgres({ connectionString });
    const clock = new VirtualClock();
    const store = await openPostgresStore({ connectionString, vault: testVault, clock });
    await store.retire(dayMs);
    clock.advance(3 * dayMs);
    expect(await store.retire(dayMs)).toMatchObject({ attempts: 0, more: true });
    await store.close();
    const { rows } = await inside.query(
      `select min(inhrelid::regclass::text) as oldest, to_regclass('doorbell.attempt_apart') as apart
        from pg_inherits where inhparent = 'doorbell.attempt'::regclass`,
    );
    expect(rows).toEqual([{ oldest: 'doorbell.attempt_d20260102', apart: null }]);
  });

  it('says that the schema is taken, and leaves what is there as it is', async () => {
    const { inside, user, connectionString } = await emptyDatabase();
    await inside.query(`create schema doorbell authorization ${user}`);
    await inside.query(
      'create table doorbell.customer (visits int); insert into doorbell.customer values (3)',
    );
    await expect(migratePostgres({ connectionString })).rejects.toThrow(
      /"customer" already exists\. The schema doorbell holds what is not of Doorbell/,
    );
    expect((await inside.query('select * from doorbell.customer')).rows).toEqual([{ visits: 3 }]);
  });

  it.each(['SQL_ASCII', 'LATIN1'])(
    'refuses %s, where one name would fail all that is with it',
    async (encoding) => {
      const locale = `lc_collate 'C' lc_ctype 'C' template template0`;
      const { connectionString } = await emptyDatabase(`encoding '${encoding}' ${locale}`);
      const sentence = new RegExp(`is ${encoding}, .* encoding 'UTF8'`);
      await expect(migratePostgres({ connectionString })).rejects.toThrow(sentence);
      await expect(openPostgresStore({ connectionString, vault: testVault })).rejects.toMatchObject({
        name: 'EncodingUnfit',
      });
    },
  );

  it('says which setting it is when a database only reads and is no standby', async () => {
    const { user, inside, connectionString } = await emptyDatabase();
    await inside.query(`alter role ${user} set default_transaction_read_only = on`);
    await expect(migratePostgres({ connectionString })).rejects.toMatchObject({
      name: 'DatabaseReadOnly',
      message: expect.stringMatching(/no standby: default_transaction_read_only is on\. Take that back/),
    });
  });

  it('says that the user may not log in', async () => {
    const { user, inside, connectionString } = await emptyDatabase();
    await inside.query(`alter role ${user} nologin`);
    await expect(migratePostgres({ connectionString })).rejects.toThrow(
      /not permitted to log in\. Check user and password in DATABASE_URL, .* that user may log in/,
    );
  });

  it('waits for another migration however soon its user gives up waiting for locks', async () => {
    const { user, inside, connectionString } = await emptyDatabase();
    await inside.query(`alter role ${user} set lock_timeout = 1`);
    await inside.query(`create schema doorbell authorization ${user}`);
    await inside.query('begin');
    await inside.query(`select pg_advisory_xact_lock(hashtext('doorbell.migrate'))`);
    const migrating = migratePostgres({ connectionString });
    await vi.waitUntil(() => isWaiting(inside), { timeout: 30_000 });
    await inside.query('commit');
    expect((await migrating).length).toBeGreaterThan(10);
  });

  /** By locks: what pg_stat_activity says stays the same within a transaction. */
  async function isWaiting(client: pg.Client): Promise<boolean> {
    const { rowCount } = await client.query(
      `select from pg_locks join pg_database d on d.oid = database
        where datname = current_database() and locktype = 'advisory' and not granted`,
    );
    return rowCount === 1;
  }
});

it('speaks of encryption when that is what is amiss', async () => {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    // PostgreSQL's answer to the question whether it speaks TLS.
    socket.once('data', () => socket.write('N'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const open = (query: string) =>
    migratePostgres({ connectionString: `postgres://u:p@127.0.0.1:${port}/d?${query}` });
  await expect(open('sslmode=verify-full')).rejects.toThrow(
    /does not support SSL.*Check sslmode in DATABASE_URL/,
  );
  await expect(open('sslmode=verify-full&sslrootcert=/nowhere/root.pem')).rejects.toThrow(
    /root\.pem'\. Check the files that DATABASE_URL names/,
  );
  server.close();
  await once(server, 'close');
});
