import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { createApiClient } from '../src/demo/api-client.ts';
import { dataFolder } from './data-folder.ts';
import { runDoorbell, startDoorbell } from './run-doorbell.ts';

const masterKey = Buffer.alloc(32, 7).toString('base64');
const change = {
  customerId: 'acme',
  houseTaskId: 'task-1',
  houseId: 'house-1',
  packageId: 'package-1',
  userId: 'user-1',
  userName: '王小明',
  state: 9000,
};

await describeOnPostgres('the command on PostgreSQL', (server) => {
  /** An empty database of its own, and the environment of commands on it. */
  async function emptyDatabase() {
    const name = `doorbell_cli_${randomBytes(6).toString('hex')}`;
    const owner = new pg.Client({ connectionString: server.url });
    await owner.connect();
    await owner.query(`create database ${name}`);
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    onTestFinished(async () => {
      await owner.query(`drop database ${name} with (force)`);
      await owner.end();
    });
    const sql = async (text: string): Promise<void> => {
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      await client.query(text);
      await client.end();
    };
    return { name, owner, sql, env: { DATABASE_URL: url.href, DOORBELL_MASTER_KEY: masterKey } };
  }

  /** Runs a command that must end with 4 and one sentence, which it returns. */
  async function refusal(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
    const { exitCode, stdout, stderr } = await runDoorbell(args, env);
    expect([exitCode, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(/^doorbell: [^\n]+\n$/);
    expect(stderr).not.toContain(masterKey);
    return stderr;
  }

  const everyCommand = [['serve', '--port', '0'], ['migrate'], ['keys', 'list']];

  it('says where to look when no server answers', async () => {
    const env = { DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/doorbell', DOORBELL_MASTER_KEY: masterKey };
    for (const args of everyCommand) {
      const sentence = await refusal(args, env);
      expect(sentence).toMatch(/Check host and port in DATABASE_URL, and that the server is running/);
      expect(sentence).not.toContain('hidden');
    }
  });

  it('asks for a migration before it serves, and says what a newer schema needs', async () => {
    const { env, sql } = await emptyDatabase();
    expect(await refusal(['serve', '--port', '0'], env)).toMatch(
      /no schema of Doorbell.*Run `doorbell migrate`/,
    );
    expect(await runDoorbell(['migrate'], env)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/applied 1, /),
    });
    expect(await runDoorbell(['migrate', '--json'], env)).toMatchObject({
      stdout: expect.stringContaining('"applied":[]'),
    });
    await sql('insert into doorbell.schema_version (version, works_since) values (990, 980)');
    for (const args of everyCommand) {
      expect(await refusal(args, env)).toMatch(
        /has schema 990, which this Doorbell .* Install the newer Doorbell/,
      );
    }
  });

  it('says what to take back when the database only reads', async () => {
    const { env, name, owner } = await emptyDatabase();
    await runDoorbell(['migrate'], env);
    await owner.query(`alter database ${name} set default_transaction_read_only = on`);
    for (const args of everyCommand) {
      expect(await refusal(args, env)).toMatch(/default_transaction_read_only is on\. Take that back from/);
    }
  });

  it('imports an embedded database with everything in it, counts it, and serves it with its keys', async () => {
    const data = await dataFolder();
    const key = (await runDoorbell(['keys', 'create', '--data', data])).stdout;
    const embedded = startDoorbell(['serve', '--port', '0', '--data', data, '--json']);
    const { url } = JSON.parse(await embedded.line(/listening/)) as { url: string };
    const api = createApiClient(url, key);
    await api.call('PUT', '/v1/customers/acme', { name: 'Acme' });
    const endpoint = { customerId: 'acme', url: 'https://acme.example/notify', signKey: 'k' };
    await api.call('PUT', '/v1/endpoints/e1', endpoint);
    await api.call('POST', '/v1/endpoints/e1/pause');
    await api.call('POST', '/v1/state-changes', [change, { ...change, state: 10000 }]);

    const { env } = await emptyDatabase();
    const importing = ['import', '--from', data];
    expect(await refusal(importing, env)).toMatch(/Another Doorbell is running on/);
    embedded.child.kill('SIGTERM');
    await embedded.ended;
    expect(await refusal(importing, env)).toMatch(/Run `doorbell migrate`/);
    await runDoorbell(['migrate'], env);
    const imported = await runDoorbell(importing, env);
    expect(imported.stderr).toBe('');
    expect(imported.exitCode).toBe(0);
    expect(imported.stdout).toMatch(/^change +2$/m);
    expect(imported.stdout).toMatch(/^Imported \d+ rows from .*; each table was counted on both sides\.$/m);
    expect(await refusal(importing, env)).toMatch(/database is not empty/);

    const shared = startDoorbell(['serve', '--port', '0', '--json'], env);
    const there = JSON.parse(await shared.line(/listening/)) as { url: string };
    const list = await createApiClient(there.url, key).call('GET', '/v1/notifications');
    expect(list).toMatchObject({
      items: [
        { houseTaskId: 'task-1', sequence: 2, result: 0, waiting: { for: 'endpoint-paused' } },
        { houseTaskId: 'task-1', sequence: 1, result: 0 },
      ],
    });
    shared.child.kill('SIGTERM');
    expect((await shared.ended).exitCode).toBe(0);
  });

  it('tells callers to come again while PostgreSQL lets nobody in, and goes on by itself', async () => {
    const { env, name, owner } = await emptyDatabase();
    await runDoorbell(['migrate'], env);
    const key = (await runDoorbell(['keys', 'create'], env)).stdout;
    const serving = startDoorbell(['serve', '--port', '0', '--json'], env);
    const { url } = JSON.parse(await serving.line(/listening/)) as { url: string };
    const put = () =>
      fetch(`${url}/v1/customers/acme`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: '{"name":"Acme"}',
      });
    expect((await put()).status).toBe(200);
    await owner.query(`alter database ${name} allow_connections false`);
    await owner.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    // The first ones may meet what ended just now, the later ones find no way in.
    for (const answer of [await put(), await put(), await put()]) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await answer.json()).toMatchObject({ type: '/problems/store-unavailable' });
    }
    await owner.query(`alter database ${name} allow_connections true`);
    expect((await put()).status).toBe(200);
    serving.child.kill('SIGTERM');
    expect((await serving.ended).exitCode).toBe(0);
  });

  it('has nothing to import from a place without a database, or to a place without a name', async () => {
    const data = await dataFolder();
    const { env } = await emptyDatabase();
    expect(await refusal(['import', '--from', data], env)).toMatch(/There is no database at/);
    const nowhere = await runDoorbell(['import', '--from', data], { DATABASE_URL: '' });
    expect(nowhere).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Set DATABASE_URL') });
  });
});
