import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { scopes } from '@doorbell/engine';
import { expect, onTestFinished, test } from 'vitest';
import { mintApiKey } from '../src/auth.ts';
import { readConfig, type ServerConfig } from '../src/config.ts';
import { ConfigError } from '../src/config-error.ts';
import { databaseFileOf } from '../src/data-path.ts';
import { databaseName } from '../src/database-url.ts';
import { startServer } from '../src/start-server.ts';
import { startReceiver, until } from './receiver.ts';
import { change } from './start-app.ts';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'doorbell-start-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function configFor(dataPath: string, overrides: Partial<ServerConfig> = {}): ServerConfig {
  return readConfig(
    {},
    { dataPath, port: 0, logLevel: 'silent', allowNetworks: ['127.0.0.1/32'], ...overrides },
  );
}

async function start(config: ServerConfig) {
  const server = await startServer(config);
  onTestFinished(() => server.close());
  const { key, record } = mintApiKey({ name: 'test', scopes }, 0, randomBytes);
  await server.store.putApiKey(record);
  const headers = { authorization: `Bearer ${key}` };
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(server.url + path, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: read as a client without types does.
    return { status: answer.status, json: (await answer.json()) as any };
  };
  return { server, call, key, headers };
}

test('a change posted to the server is delivered, and is still there after a restart', async () => {
  const dataPath = directory();
  const receiver = await startReceiver();
  const first = await start(configFor(dataPath));
  await first.call('PUT', '/v1/customers/acme', { name: 'Acme' });
  const endpoint = { customerId: 'acme', url: receiver.url, signKey: 'key-canary' };
  expect((await first.call('PUT', '/v1/endpoints/e1', endpoint)).status).toBe(201);
  expect((await first.call('POST', '/v1/state-changes', change)).status).toBe(202);
  await until(async () => receiver.requests[0]);
  await first.server.close();

  const second = await start(configFor(dataPath));
  const { json } = await second.call('GET', '/v1/notifications');
  expect(json.items).toMatchObject([{ houseTaskId: 'task-1', result: 1 }]);
  expect((await second.call('GET', '/readyz')).status).toBe(200);
  await second.call('POST', '/v1/state-changes', { ...change, state: 10000 });
  await until(async () => receiver.requests[1]);
  expect(readFileSync(join(dataPath, 'doorbell.db')).includes('key-canary')).toBe(false);
});

test('the master key is made once, for its owner only, and a database without its key is refused', async () => {
  const dataPath = directory();
  const { server, call } = await start(configFor(dataPath));
  expect(server.database).toBe(join(dataPath, 'doorbell.db'));
  const keyFile = `${server.database}.key`;
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  await call('PUT', '/v1/customers/acme', { name: 'Acme' });
  await call('PUT', '/v1/endpoints/e1', { customerId: 'acme', url: 'https://example.com/', signKey: 'k' });
  await server.close();

  const masterKey = readFileSync(keyFile, 'utf8').trim();
  rmSync(keyFile);
  await expect(startServer(configFor(dataPath))).rejects.toThrow(/key file .* does not/);
  const wrongKey = randomBytes(32).toString('base64');
  await expect(startServer(configFor(dataPath, { masterKey: wrongKey }))).rejects.toThrow(/master key/);
  await expect(startServer(configFor(dataPath, { masterKey: 'short' }))).rejects.toThrow(ConfigError);
  await (await start(configFor(dataPath, { masterKey }))).server.close();
});

test('a second server on the same database is refused', async () => {
  const config = configFor(directory());
  await start(config);
  await expect(startServer(config)).rejects.toThrow(/Another Doorbell is running/);
});

test('a port that is taken is said, and the database is let go of', async () => {
  const { server } = await start(configFor(directory()));
  const port = Number(new URL(server.url).port);
  const dataPath = directory();
  await expect(startServer(configFor(dataPath, { port }))).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is taken`,
  );
  await start(configFor(dataPath));
});

test('closing lets a request in flight finish and records it', async () => {
  const dataPath = directory();
  const receiver = await startReceiver();
  const gate = receiver.hold();
  const first = await start(configFor(dataPath));
  await first.call('PUT', '/v1/customers/acme', { name: 'Acme' });
  await first.call('PUT', '/v1/endpoints/e1', { customerId: 'acme', url: receiver.url, signKey: 'k' });
  await first.call('POST', '/v1/state-changes', change);
  await until(async () => receiver.requests[0]);
  const closed = first.server.close();
  gate.release();
  await closed;

  const second = await start(configFor(dataPath));
  const { json } = await second.call('GET', '/v1/notifications');
  expect(json.items).toMatchObject([{ result: 1, attemptCount: 1 }]);
  expect(receiver.requests).toHaveLength(1);
});

test('closing does not wait for clients that hold a connection open without a request', async () => {
  const { server } = await start(configFor(directory()));
  const url = new URL(server.url);
  const silent = connect(Number(url.port), url.hostname);
  const dribbling = connect(Number(url.port), url.hostname);
  await Promise.all([once(silent, 'connect'), once(dribbling, 'connect')]);
  dribbling.write('POST /v1/state-changes HTTP/1.1\r\nHost: x\r\nContent-Le');
  silent.on('error', () => {});
  dribbling.on('error', () => {});
  await server.close();
  silent.destroy();
  dribbling.destroy();
});

test('closing does not wait for a client that keeps its connection after an answer', async () => {
  const { server, key } = await start(configFor(directory()));
  const url = new URL(server.url);
  const client = connect(Number(url.port), url.hostname);
  client.on('error', () => {});
  await once(client, 'connect');
  const heads = ['Host: x', `Authorization: Bearer ${key}`, 'Content-Type: application/json'];
  const asking = ['Expect: 100-continue', 'Content-Length: 2'];
  client.write(`POST /v1/state-changes HTTP/1.1\r\n${[...heads, ...asking].join('\r\n')}\r\n\r\n`);
  // Asked to go on, so the request is under way.
  expect(String((await once(client, 'data'))[0])).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  const closed = server.close();
  client.write('{}');
  expect(String((await once(client, 'data'))[0])).toContain('HTTP/1.1 400');
  await closed;
  client.destroy();
});

test('a path without extension is a directory, one with an extension the database file', () => {
  const path = directory();
  expect(databaseFileOf(path)).toBe(join(path, 'doorbell.db'));
  expect(databaseFileOf(join(path, 'new'))).toBe(join(path, 'new', 'doorbell.db'));
  expect(databaseFileOf(join(path, 'a.sqlite'))).toBe(join(path, 'a.sqlite'));
  writeFileSync(join(path, 'plain'), '');
  expect(databaseFileOf(join(path, 'plain'))).toBe(join(path, 'plain'));
});

test('the configuration comes from the environment, and overrides win', () => {
  const masterKeyFile = join(directory(), 'master-key');
  writeFileSync(masterKeyFile, 'the key\n');
  const environment = {
    DATABASE_URL: 'postgres://doorbell:secret@db.internal/doorbell',
    DOORBELL_HOST: '0.0.0.0',
    DOORBELL_PORT: '9000',
    DOORBELL_DATA: '/data/x.db',
    DOORBELL_ROLES: 'deliver',
    DOORBELL_ALLOW_NETWORKS: '10.0.0.0/8, 192.168.0.0/16,',
    DOORBELL_RETENTION_DAYS: '90',
    DOORBELL_LOG_LEVEL: 'warn',
    DOORBELL_MASTER_KEY_FILE: masterKeyFile,
  };
  expect(readConfig(environment, { port: 1 })).toEqual({
    host: '0.0.0.0',
    port: 1,
    databaseUrl: 'postgres://doorbell:secret@db.internal/doorbell',
    dataPath: '/data/x.db',
    roles: ['deliver'],
    trustedProxies: [],
    allowNetworks: ['10.0.0.0/8', '192.168.0.0/16'],
    retentionDays: 90,
    logLevel: 'warn',
    masterKey: 'the key',
  });
  expect(readConfig(environment, { dataPath: 'here' })).toMatchObject({
    databaseUrl: null,
    dataPath: 'here',
  });
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 8787,
    databaseUrl: null,
    dataPath: 'doorbell-data',
    roles: ['api', 'deliver'],
    masterKey: null,
  });
});

test.each([
  [{ DOORBELL_PORT: '99999' }, /DOORBELL_PORT must be a port/],
  [{ DOORBELL_LOG_LEVEL: 'loud' }, /DOORBELL_LOG_LEVEL/],
  [{ DOORBELL_ROLES: 'api,serve' }, /DOORBELL_ROLES takes api, deliver or api,deliver, not "api,serve"/],
  [{ DOORBELL_ROLES: ',' }, /DOORBELL_ROLES takes/],
  [{ DOORBELL_MASTER_KEY: 'x', DOORBELL_MASTER_KEY_FILE: 'y' }, /not both/],
  [{ DOORBELL_MASTER_KEY_FILE: '/nowhere/key' }, /\/nowhere\/key cannot be read \(ENOENT\)/],
  [{ DATABASE_URL: 'mysql://u:secret@h/d' }, /must start with postgres:/],
  [{ DATABASE_URL: 'postgres://u:secret#@h:port/d' }, /percent-encoded/],
])('%j is refused with a sentence that holds no secret', (environment, sentence) => {
  const refused = () => readConfig(environment);
  expect(refused).toThrow(ConfigError);
  expect(refused).toThrow(sentence);
  expect(refused).not.toThrow(/secret/);
});

test('the embedded database is refused to a process that only answers or only delivers', async () => {
  for (const roles of [['api'], ['deliver']] as const) {
    await expect(startServer(configFor(directory(), { roles }))).rejects.toThrow(/set DATABASE_URL to share/);
  }
});

test('PostgreSQL is refused without a master key, before anything is connected', async () => {
  const databaseUrl = 'postgres://127.0.0.1:1/none';
  await expect(startServer({ ...configFor(directory()), databaseUrl })).rejects.toThrow(
    /openssl rand -base64 32/,
  );
});

test('what people see of a database URL is host and name', () => {
  expect(databaseName('postgres://user:secret@db.internal:5433/doorbell?sslmode=verify-full')).toBe(
    'postgres://db.internal:5433/doorbell',
  );
});

test('a network that is no CIDR is refused with a sentence', async () => {
  const config = configFor(directory(), { allowNetworks: ['10.0.0.0/33'] });
  await expect(startServer(config)).rejects.toThrow(ConfigError);
});

test('a data path whose folder cannot be made is an error, not a search without end', async () => {
  const file = join(directory(), 'a-file');
  writeFileSync(file, '');
  await expect(startServer(configFor(join(file, 'below')))).rejects.toMatchObject({ code: 'ENOTDIR' });
  // A file system that takes no folders: here Node's own recursive mkdir never returns.
  if (process.platform === 'linux') {
    await expect(startServer(configFor('/proc/doorbell/data'))).rejects.toMatchObject({ code: 'ENOENT' });
  }
});

test('what was settled long ago is retired while it serves, and counted', async () => {
  const dataPath = directory();
  const receiver = await startReceiver();
  const first = await start(configFor(dataPath));
  await first.call('PUT', '/v1/customers/acme', { name: 'Acme' });
  await first.call('PUT', '/v1/endpoints/e1', { customerId: 'acme', url: receiver.url, signKey: 'k' });
  await first.call('POST', '/v1/state-changes', [change, { ...change, state: 10000 }]);
  await until(async () => receiver.requests[1]);
  const { json } = await until(async () => {
    const list = await first.call('GET', '/v1/notifications?result=1');
    return list.json.items.length === 2 ? list : undefined;
  });
  await first.server.close();

  // As if a month had gone by: nothing here may wait for one.
  const old = new DatabaseSync(join(dataPath, 'doorbell.db'));
  old.exec('update attempt set recorded_at = recorded_at - 3000000000');
  old.exec(
    'drop trigger change_is_append_only_update; update change set created_at = created_at - 3000000000',
  );
  old.exec('update retirement set next_walk_at = 0');
  old.close();
  const second = await start(configFor(dataPath));
  const retired = await until(async () => {
    const metrics = await (await fetch(`${second.server.url}/metrics`, { headers: second.headers })).text();
    return /doorbell_retired_total\{kind="changes"\} 1/.test(metrics) ? metrics : undefined;
  });
  expect(retired).toMatch(/doorbell_retired_total\{kind="attempts"\} 2/);
  expect(retired).toMatch(/doorbell_last_retirement_timestamp_seconds \d{10}/);
  const answer = await second.call('GET', `/v1/notifications/${json.items[1].id}`);
  expect(answer.status).toBe(404);
  expect(answer.json.detail).toMatch(/settled so long ago that it has been retired/);
  const task = await second.call('GET', '/v1/house-tasks/task-1');
  expect(task.json.changes).toMatchObject([{ sequence: 2 }]);
});

test('the days that are kept are a number, or for ever', () => {
  expect(readConfig({}).retentionDays).toBe(30);
  expect(readConfig({ DOORBELL_RETENTION_DAYS: '7' }).retentionDays).toBe(7);
  expect(readConfig({ DOORBELL_RETENTION_DAYS: 'forever' }).retentionDays).toBeNull();
  for (const days of ['0', '-1', '1.5', 'never', '9999']) {
    expect(() => readConfig({ DOORBELL_RETENTION_DAYS: days })).toThrow(/DOORBELL_RETENTION_DAYS must be/);
  }
});
