import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migratePostgres } from '@doorbell/engine/postgres';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { readConfig, type ServerConfig } from '../src/config.ts';
import { startServer } from '../src/start-server.ts';
import { startReceiver, until } from './receiver.ts';
import { change } from './start-app.ts';

const masterKey = randomBytes(32).toString('base64');
const passwords = ['canary password of the admin', 'canary password of the viewer', 'canary wrong password'];
const signKeys = ['canary-sign-key-one', 'canary-sign-key-two', 'canary-sign-key-refused'];
const channelSecrets = [`whsec_${randomBytes(24).toString('base64')}`, 'canary-secret-of-a-robot'];
const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;

/** Everything that was to stay secret, and everything that anyone could read afterwards. */
interface Life {
  readonly secrets: readonly string[];
  readonly logs: string;
  readonly answers: string;
  readonly metrics: string;
  readonly auditLog: string;
}

/** A life of the server in which every secret there is gets used, rightly and wrongly, with the log as loud as it goes. */
async function live(overrides: Partial<ServerConfig>): Promise<Life> {
  const receiver = await startReceiver();
  const lines: string[] = [];
  const logDestination = { write: (line: string) => void lines.push(line) };
  const config = readConfig(
    {},
    { port: 0, logLevel: 'trace', allowNetworks: ['127.0.0.1/32'], masterKey, logDestination, ...overrides },
  );
  const server = await startServer(config);
  const answers: string[] = [];
  const secrets: string[] = [];
  let headers: Record<string, string> = { origin: server.url };

  /** `shown`: the answer holds a secret, which it shows this once. */
  async function call(method: string, path: string, body?: unknown, { shown = false, more = {} } = {}) {
    const answer = await fetch(server.url + path, {
      method,
      headers: { ...headers, ...more, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!shown)
      answers.push(
        `${text} ${JSON.stringify([...answer.headers].filter(([name]) => name !== 'set-cookie'))}`,
      );
    // biome-ignore lint/suspicious/noExplicitAny: read as a client without types does.
    return { status: answer.status, json: (text === '' ? null : JSON.parse(text)) as any, answer };
  }

  const setupToken = server.setupUrl?.split('#')[1] ?? '';
  const [adminPassword, viewerPassword, wrongPassword] = passwords;
  await call('POST', '/v1/setup', { setupToken: 'wrong', userName: 'root', password: wrongPassword });
  const setUp = await call(
    'POST',
    '/v1/setup',
    { setupToken, userName: 'root', password: adminPassword },
    { shown: true },
  );
  expect(setUp.status).toBe(201);
  await call('POST', '/v1/sessions', { userName: 'root', password: wrongPassword });
  await call('POST', '/v1/sessions', {
    userName: passwords[0],
    password: wrongPassword,
    surprise: passwords[1],
  });
  const cookie = String(setUp.answer.headers.get('set-cookie')).split(';')[0] ?? '';
  const sessionId = cookie.split('=')[1] ?? '';
  headers = { origin: server.url, cookie, 'x-csrf-token': setUp.json.csrfToken };
  secrets.push(setupToken, sessionId, setUp.json.csrfToken);

  await call('POST', '/v1/users', { name: 'vera', role: 'viewer', password: viewerPassword });
  await call('PATCH', '/v1/users/vera', { password: 7, role: viewerPassword });
  await call('PUT', '/v1/customers/acme', { name: 'Acme' });
  const made = await call('POST', '/v1/api-keys', { name: 'ops', scopes: ['admin'] }, { shown: true });
  const link = await call(
    'POST',
    '/v1/portal-links',
    { customerId: 'acme', expiresInMs: 60_000 },
    { shown: true },
  );
  const linkToken = String(link.json.url).split('#')[1] ?? '';
  secrets.push(made.json.key, linkToken);
  await call('POST', '/v1/sessions', { linkToken: `${linkToken.slice(0, -1)}!` });
  await call('POST', '/v1/sessions', { linkToken }, { shown: true });

  headers = { authorization: `Bearer ${made.json.key}` };
  const endpoint = { customerId: 'acme', url: receiver.url, signKey: signKeys[0], webhookSecret };
  expect((await call('PUT', '/v1/endpoints/e1', endpoint)).status).toBe(201);
  await call('PUT', '/v1/endpoints/e1', { ...endpoint, url: 'ftp://x', signKey: [signKeys[2]] });
  await call('PUT', '/v1/endpoints/e1', `{"signKey":"${signKeys[2]}",`);
  await call('GET', `/v1/customers?key=${made.json.key}`);
  await call('GET', '/v1/customers', undefined, { more: { authorization: `Bearer ${made.json.key}x` } });
  await call('POST', '/v1/state-changes', { ...change, userName: 'canary-user-name' });
  await until(async () => receiver.requests[0]);
  const rotated = await call('POST', '/v1/endpoints/e1/rotate-key', { signKey: signKeys[1] });
  expect(rotated.status).toBe(200);
  await call('POST', '/v1/endpoints/e1/test', {});
  const hook = `${receiver.url}/canary-token-in-the-path`;
  const robot = `${receiver.url}?access_token=canary-token-of-a-robot`;
  const channels = [
    ['hook', { kind: 'webhook', url: hook, secret: channelSecrets[0] }],
    ['robot', { kind: 'dingtalk', url: robot, secret: channelSecrets[1] }],
    ['robot', { kind: 'feishu', url: robot, secret: channelSecrets[1] }],
  ] as const;
  for (const [id, channel] of channels) {
    expect((await call('PUT', `/v1/alert-channels/${id}`, channel)).status).toBeLessThan(300);
    await call('PUT', `/v1/alert-channels/${id}`, { ...channel, secret: [channelSecrets[1]], url: 7 });
    await call('POST', `/v1/alert-channels/${id}/test`, {});
  }
  receiver.answerWith({ state: 401, payload: 'who are you' });
  await call('POST', '/v1/state-changes', { ...change, state: 10_000, userName: 'canary-user-name' });
  // The new key and, while it rotates, the old one.
  // Five requests came before these two: a delivery, a test and three test messages.
  await until(async () => receiver.requests[6]);
  await call('POST', '/v1/endpoints/e1/pause', {});
  // Each channel is told that the endpoint is paused, and one of them takes no answer that is not a robot's.
  await until(async () => {
    const alerts = (await call('GET', '/v1/alert-channels')).json.items;
    return alerts.every(
      (each: { lastSentAt: unknown; lastFailedAt: unknown }) => each.lastSentAt ?? each.lastFailedAt,
    )
      ? alerts
      : undefined;
  });
  const listed = await call('GET', '/v1/notifications');
  for (const { id } of listed.json.items) await call('GET', `/v1/notifications/${id}`);
  for (const path of ['users', 'api-keys', 'portal-links', 'endpoints', 'alert-channels', 'alerts'])
    await call('GET', `/v1/${path}`);
  const auditLog = JSON.stringify((await call('GET', '/v1/audit-log?limit=500')).json);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  await server.close();
  return {
    secrets: [
      ...secrets,
      ...passwords,
      ...signKeys,
      ...channelSecrets,
      'canary-token-in-the-path',
      'canary-token-of-a-robot',
      webhookSecret,
      masterKey,
    ],
    logs: lines.join(''),
    answers: answers.join('\n'),
    metrics,
    auditLog,
  };
}

/** Which secrets a place gives away, as they are or in another coat. */
function leaksOf(place: string | Buffer, secrets: readonly string[]): readonly string[] {
  const text = typeof place === 'string' ? place : place.toString('latin1');
  return secrets.filter((secret) => {
    const coats = [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64url').slice(0, -2),
    ];
    coats.push(Buffer.from(secret).toString('hex'), secret.replace(/^whsec_/, ''));
    return coats.some((coat) => text.includes(coat));
  });
}

function expectNoLeak({ secrets, ...places }: Life, database: string | Buffer): void {
  expect(secrets.every((secret) => secret.length >= 19)).toBe(true);
  expect(leaksOf(`${secrets[3]}`, secrets)).toHaveLength(1);
  expect(places.logs).toMatch(/"msg":"request"/);
  expect(places.auditLog).toMatch(/endpoint.rotate-key/);
  expect(database.includes('canary-user-name')).toBe(true);
  for (const [place, text] of Object.entries({ ...places, database })) {
    expect([place, leaksOf(text, secrets)]).toEqual([place, []]);
  }
  // A person's name is what notifications are made of, but no matter of logs, metrics and audit.
  for (const text of [places.logs, places.metrics, places.auditLog])
    expect(text).not.toContain('canary-user-name');
}

test('no secret gets into logs, metrics, answers, the audit log or the file of the embedded database', async () => {
  const dataPath = mkdtempSync(join(tmpdir(), 'doorbell-canary-'));
  onTestFinished(() => rmSync(dataPath, { recursive: true, force: true }));
  const life = await live({ dataPath });
  const files = readdirSync(dataPath).map((name) => readFileSync(join(dataPath, name)));
  expectNoLeak(life, Buffer.concat(files));
}, 60_000);

await describeOnPostgres('secrets on PostgreSQL', (server) => {
  test('no secret gets into any row of any table', async () => {
    await migratePostgres({ connectionString: server.url });
    const life = await live({ databaseUrl: server.url });
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    onTestFinished(() => client.end());
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'doorbell'`,
    );
    expect(tables.rows.length).toBeGreaterThan(12);
    const rows: string[] = [];
    for (const { name } of tables.rows) {
      const found = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      rows.push(...found.rows.map(({ row }) => row));
    }
    expectNoLeak(life, rows.join('\n'));
  }, 60_000);
});
