import { expect, onTestFinished, test } from 'vitest';
import { type Robot, type RobotKind, startRobot } from '../../../test/robot.ts';
import { openBrowserAs, openBrowserOfCustomer } from './browser.ts';
import { addCustomer, startApp, type TestApp } from './start-app.ts';

const secret = 'SEC-of-a-robot';

async function openRobot(kind: RobotKind, own: string | null = secret): Promise<Robot> {
  const robot = await startRobot(kind, { secret: own });
  onTestFinished(() => robot.close());
  return robot;
}

/** An alert about acme-main, as the watch would raise it. */
async function raise(app: TestApp, endpointId = 'acme-main', customerId = 'acme'): Promise<number> {
  const detail = { reason: 'operator', text: 'tea' } as const;
  const [alert] = await app.store.raiseAlerts([{ kind: 'endpoint-paused', endpointId, customerId, detail }]);
  return alert?.id ?? 0;
}

async function startWithAlerts() {
  const app = await startApp();
  await addCustomer(app);
  await app.call('PUT', '/v1/customers/other', { name: 'Other' });
  return { app, own: await raise(app), foreign: await raise(app, 'other-main', 'other') };
}

test('alerts are listed newest first, and by state, kind, endpoint and customer', async () => {
  const { app, own, foreign } = await startWithAlerts();
  await app.store.clearAlerts([foreign]);
  const ids = async (query: string) =>
    (await app.call('GET', `/v1/alerts${query}`)).json.items.map(({ id }: { id: number }) => id);
  expect(await ids('')).toEqual([foreign, own]);
  expect(await ids('?state=open')).toEqual([own]);
  expect(await ids('?state=cleared&kind=endpoint-paused&customerId=other')).toEqual([foreign]);
  expect(await ids('?kind=refusals')).toEqual([]);
  expect(await ids('?endpointId=acme-main')).toEqual([own]);
  const first = await app.call('GET', '/v1/alerts?limit=1');
  expect(await ids(`?limit=1&cursor=${first.json.next}`)).toEqual([own]);
  const { json } = await app.call('GET', '/v1/alerts?state=open');
  expect(json.items[0]).toMatchObject({
    kind: 'endpoint-paused',
    state: 'open',
    customerId: 'acme',
    clearedAt: null,
    acknowledgedBy: null,
    detail: { reason: 'operator', text: 'tea' },
  });
  for (const query of ['?state=closed', '?kind=x', '?cursor=x', '?limit=0', '?surprise=1']) {
    expect([query, (await app.call('GET', `/v1/alerts${query}`)).status]).toEqual([query, 400]);
  }
});

test('an operator acknowledges an alert, a viewer does not', async () => {
  const { app, own } = await startWithAlerts();
  const viewer = await openBrowserAs(app, 'viewer');
  expect((await viewer.call('POST', `/v1/alerts/${own}/acknowledge`, {})).status).toBe(403);
  const operator = await openBrowserAs(app, 'operator');
  const { status, json } = await operator.call('POST', `/v1/alerts/${own}/acknowledge`, {});
  expect([status, json.state, json.acknowledgedBy]).toEqual([200, 'acknowledged', 'operator']);
  expect((await operator.call('POST', '/v1/alerts/999/acknowledge', {})).status).toBe(404);
  expect((await operator.call('POST', '/v1/alerts/0x1/acknowledge', {})).status).toBe(400);
});

test('a customer sees its own alerts, not who looks after them, and acknowledges none', async () => {
  const { app, own } = await startWithAlerts();
  await app.call('POST', `/v1/alerts/${own}/acknowledge`, {});
  const acme = await openBrowserOfCustomer(app, 'acme');
  const { json } = await acme.call('GET', '/v1/alerts');
  expect(json.items.map(({ id }: { id: number }) => id)).toEqual([own]);
  expect(json.items[0]).toMatchObject({ state: 'acknowledged', acknowledgedBy: null });
  expect((await acme.call('GET', '/v1/alerts?customerId=other')).json.items).toEqual([]);
  expect((await acme.call('GET', '/v1/alerts?endpointId=other-main')).json.items).toEqual([]);
  expect((await acme.call('POST', `/v1/alerts/${own}/acknowledge`, {})).status).toBe(403);
  expect((await acme.call('GET', '/v1/alert-channels')).status).toBe(403);
});

test('a channel is created, shown without URL and secret, edited and deleted', async () => {
  const app = await startApp();
  const url = 'https://oapi.dingtalk.com/robot/send?access_token=canary';
  const created = await app.call('PUT', '/v1/alert-channels/ops', { kind: 'dingtalk', url, secret });
  expect([created.status, created.json]).toEqual([
    201,
    {
      id: 'ops',
      kind: 'dingtalk',
      on: ['endpoint-paused', 'breaker-open', 'backlog-age', 'refusals'],
      language: 'zh',
      enabled: true,
      origin: 'https://oapi.dingtalk.com',
      hasSecret: true,
      lastSentAt: null,
      lastFailedAt: null,
      lastFailure: null,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    },
  ]);
  const edit = { kind: 'dingtalk', on: ['refusals'], language: 'en', enabled: false };
  const edited = await app.call('PUT', '/v1/alert-channels/ops', edit);
  expect([edited.status, edited.json]).toMatchObject([200, { ...edit, hasSecret: true }]);
  expect((await app.call('PUT', '/v1/alert-channels/ops', { kind: 'dingtalk' })).json).toMatchObject(edit);
  expect(await app.store.findAlertChannel('ops')).toMatchObject({ url, secret });
  const listed = await app.call('GET', '/v1/alert-channels');
  expect(listed.json.items).toMatchObject([edit]);
  expect((await app.call('GET', '/v1/alert-channels/ops')).json).toMatchObject(edit);
  expect((await app.call('DELETE', '/v1/alert-channels/ops')).status).toBe(200);
  expect((await app.call('DELETE', '/v1/alert-channels/ops')).status).toBe(404);
  expect((await app.call('GET', '/v1/alert-channels/ops')).status).toBe(404);
  expect([created, edited, listed].map(({ text }) => /canary|SEC-of/.test(text))).toEqual([
    false,
    false,
    false,
  ]);
});

const webhookSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

test.each<[string, object, readonly string[]]>([
  ['without a URL', { kind: 'wecom' }, ['/url']],
  ['to a private network', { kind: 'wecom', url: 'http://10.0.0.1/send' }, ['/url']],
  [
    'to the metadata of a cloud',
    { kind: 'webhook', url: 'http://169.254.169.254/', secret: webhookSecret },
    ['/url'],
  ],
  ['of a webhook without a secret', { kind: 'webhook', url: 'https://a.example/' }, ['/secret']],
  [
    'of a webhook with a weak secret',
    { kind: 'webhook', url: 'https://a.example/', secret: 'whsec_AA' },
    ['/secret'],
  ],
  ['of WeCom with a secret', { kind: 'wecom', url: 'https://a.example/', secret }, ['/secret']],
  ['of an unknown kind', { kind: 'pager', url: 'https://a.example/' }, ['/kind']],
  ['of a webhook, with two faults', { kind: 'webhook', url: 'ftp://a.example/' }, ['/url', '/secret']],
])('a channel %s is refused, and the fault is named', async (_name, body, pointers) => {
  const app = await startApp();
  const { status, json, text } = await app.call('PUT', '/v1/alert-channels/ops', body);
  expect(status).toBe(400);
  expect(json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  expect(text).not.toContain(secret);
});

test('a channel of another kind needs a URL and a secret of its own', async () => {
  const app = await startApp();
  const url = 'https://a.example/';
  await app.call('PUT', '/v1/alert-channels/ops', { kind: 'dingtalk', url, secret });
  const { json } = await app.call('PUT', '/v1/alert-channels/ops', { kind: 'webhook' });
  expect(json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/url', '/secret']);
  const replaced = await app.call('PUT', '/v1/alert-channels/ops', { kind: 'feishu', url });
  expect(replaced.json).toMatchObject({ kind: 'feishu', hasSecret: false });
});

test.each<[RobotKind, string | null]>([
  ['webhook', webhookSecret],
  ['wecom', null],
  ['dingtalk', secret],
  ['feishu', secret],
])('a test message reaches a %s, and its answer is shown', async (kind, own) => {
  const app = await startApp();
  const robot = await openRobot(kind, own);
  const body = { kind, url: robot.url, ...(own === null ? {} : { secret: own }) };
  expect((await app.call('PUT', '/v1/alert-channels/ops', body)).status).toBe(201);
  const { status, json } = await app.call('POST', '/v1/alert-channels/ops/test', {});
  expect([status, json.ok, json.httpStatus]).toEqual([200, true, 200]);
  expect(robot.taken[0]?.raw).toContain('测试消息');
  robot.answerWith({
    status: 200,
    body: '{"errcode":310000,"errmsg":"keywords not in content","code":310000}',
  });
  const refused = await app.call('POST', '/v1/alert-channels/ops/test', {});
  expect(refused.json).toMatchObject({ ok: kind === 'webhook', detail: expect.stringContaining('keywords') });
  await robot.close();
  expect((await app.call('POST', '/v1/alert-channels/ops/test', {})).json).toMatchObject({
    ok: false,
    httpStatus: null,
    detail: expect.stringMatching(/^refused/),
  });
  expect((await app.call('POST', '/v1/alert-channels/none/test', {})).status).toBe(404);
});

test('thresholds are the defaults until an admin sets others', async () => {
  const app = await startApp();
  const { json } = await app.call('GET', '/v1/alert-thresholds');
  expect(json).toEqual({
    backlogAgeMs: 900_000,
    refusalsMin: 10,
    refusalsShare: 0.2,
    refusalsWindowMs: 900_000,
  });
  const others = { backlogAgeMs: 60_000, refusalsMin: 1, refusalsShare: 0, refusalsWindowMs: 3_600_000 };
  expect((await app.call('PUT', '/v1/alert-thresholds', others)).json).toEqual(others);
  expect((await app.call('GET', '/v1/alert-thresholds')).json).toEqual(others);
  for (const wrong of [{ refusalsShare: 1.1 }, { backlogAgeMs: 5 }, { refusalsMin: 0 }, { extra: 1 }]) {
    expect((await app.call('PUT', '/v1/alert-thresholds', { ...others, ...wrong })).status).toBe(400);
  }
  const operator = await openBrowserAs(app, 'operator');
  expect((await operator.call('PUT', '/v1/alert-thresholds', others)).status).toBe(403);
});

test('metrics tell how many alerts hold, by kind', async () => {
  const { app, foreign } = await startWithAlerts();
  await app.store.clearAlerts([foreign]);
  const { text } = await app.call('GET', '/metrics');
  expect(text).toContain('doorbell_alerts_uncleared{kind="endpoint-paused"} 1');
  expect(text).toContain('doorbell_alerts_uncleared{kind="refusals"} 0');
});
