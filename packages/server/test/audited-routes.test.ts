import { expect, test } from 'vitest';
import { routeAccess } from '../src/route-access.ts';
import { addUser, fromOwnPage, openBrowser, password } from './browser.ts';
import { addCustomer, change, setupToken, startApp, type TestApp } from './start-app.ts';

/** What one route is to leave in the audit log, oldest first, as `action target`; `path` and rows may name an id that was made. */
interface Deed {
  readonly rows: readonly string[];
  readonly status: number;
  readonly body?: object;
  /** Makes what the route works on; what it returns stands for `:id` in the path and in the rows. */
  prepare?(app: TestApp): Promise<string>;
  /** Who calls it; by default the key of the test. */
  call?(app: TestApp, id: string): Promise<{ status: number; json: unknown }>;
}

/** Each route that changes something for an operator, called for real. */
const deeds: Readonly<Record<string, Deed>> = {
  'PUT /v1/customers/:customerId': {
    rows: ['customer.put acme'],
    status: 200,
    body: { name: 'Acme Homes & Sons' },
    prepare: async () => 'acme',
  },
  'PUT /v1/endpoints/:endpointId': {
    rows: ['endpoint.put acme-second'],
    status: 201,
    body: { customerId: 'acme', url: 'https://second.example/', signKey: null },
    prepare: async () => 'acme-second',
  },
  'POST /v1/endpoints/:endpointId/pause': { rows: ['endpoint.pause acme-main'], status: 200, body: {} },
  'POST /v1/endpoints/:endpointId/resume': {
    rows: ['endpoint.resume acme-main'],
    status: 200,
    body: {},
    prepare: async (app) => {
      await app.call('POST', '/v1/endpoints/acme-main/pause', {});
      return 'acme-main';
    },
  },
  'POST /v1/endpoints/:endpointId/test': { rows: ['endpoint.test acme-main'], status: 200, body: {} },
  'POST /v1/endpoints/:endpointId/conformance': {
    rows: ['endpoint.conformance acme-main'],
    status: 200,
    body: {},
  },
  'POST /v1/endpoints/:endpointId/rotate-key': {
    rows: ['endpoint.rotate-key acme-main'],
    status: 200,
    body: {},
  },
  'POST /v1/notifications/:notificationId/resend': {
    rows: ['notification.resend :id'],
    status: 202,
    body: {},
    prepare: notificationOf,
  },
  'POST /v1/notifications/resend': {
    rows: ['notification.resend '],
    status: 202,
    body: { filter: { customerId: 'acme' } },
  },
  'POST /v1/resends': {
    rows: ['resend.start :made'],
    status: 202,
    body: { filter: { customerId: 'acme' } },
  },
  'POST /v1/resends/:resendId/stop': {
    rows: ['resend.stop :id'],
    status: 200,
    body: {},
    prepare: (app) => made(app, '/v1/resends', { filter: { result: 0 } }),
  },
  'POST /v1/alerts/:alertId/acknowledge': {
    rows: ['alert.acknowledge :id'],
    status: 200,
    body: {},
    prepare: async (app) => {
      const about = { endpointId: 'acme-main', customerId: 'acme' };
      const [alert] = await app.store.raiseAlerts([
        { ...about, kind: 'breaker-open', detail: { failures: 10 } },
      ]);
      return String(alert?.id);
    },
  },
  'PUT /v1/alert-thresholds': {
    rows: ['alert-thresholds.put '],
    status: 200,
    body: { backlogAgeMs: 60_000, refusalsMin: 1, refusalsShare: 0.5, refusalsWindowMs: 60_000 },
  },
  'PUT /v1/alert-channels/:channelId': {
    rows: ['alert-channel.put ops'],
    status: 201,
    body: { kind: 'wecom', url: 'https://robot.example/' },
    prepare: async () => 'ops',
  },
  'DELETE /v1/alert-channels/:channelId': {
    rows: ['alert-channel.delete ops'],
    status: 200,
    prepare: channelOf,
  },
  'POST /v1/alert-channels/:channelId/test': {
    rows: ['alert-channel.test ops'],
    status: 200,
    body: {},
    prepare: channelOf,
  },
  'POST /v1/sessions': {
    rows: ['session.create ada'],
    status: 201,
    prepare: async (app) => {
      await addUser(app, 'ada', 'viewer');
      return '';
    },
    call: (app) => app.call('POST', '/v1/sessions', { userName: 'ada', password }, fromOwnPage),
  },
  'POST /v1/setup': {
    rows: ['user.create root', 'session.create root'],
    status: 201,
    call: (app) => app.call('POST', '/v1/setup', { setupToken, userName: 'root', password }, fromOwnPage),
  },
  'DELETE /v1/session': {
    rows: ['session.create ada', 'session.end ada'],
    status: 204,
    call: async (app) => {
      await addUser(app, 'ada', 'viewer');
      return (await openBrowser(app, { userName: 'ada', password })).call('DELETE', '/v1/session');
    },
  },
  'POST /v1/users': {
    rows: ['user.create ada'],
    status: 201,
    body: { name: 'ada', role: 'viewer', password },
  },
  'PATCH /v1/users/:userName': {
    rows: ['user.edit ada'],
    status: 200,
    body: { role: 'operator' },
    prepare: async (app) => {
      await addUser(app, 'ada', 'viewer');
      return 'ada';
    },
  },
  'POST /v1/api-keys': {
    rows: ['api-key.create :made'],
    status: 201,
    body: { name: 'ops', scopes: ['read'] },
  },
  'DELETE /v1/api-keys/:keyId': {
    rows: ['api-key.revoke :id'],
    status: 200,
    prepare: (app) => made(app, '/v1/api-keys', { name: 'ops', scopes: ['read'] }),
  },
  'POST /v1/portal-links': {
    rows: ['portal-link.create :made'],
    status: 201,
    body: { customerId: 'acme', expiresInMs: 60_000 },
  },
  'DELETE /v1/portal-links/:linkId': {
    rows: ['portal-link.revoke :id'],
    status: 200,
    prepare: (app) => made(app, '/v1/portal-links', { customerId: 'acme', expiresInMs: 60_000 }),
  },
};

/** Routes that are not a GET and leave no row, each for a reason. */
const leaveNothing: Readonly<Record<string, string>> = {
  'POST /v1/state-changes': 'A producer at work, no operator: its changes are the ledger.',
  'POST /v1/notifications/:notificationId/verify': 'Reads; its body says what to read.',
};

async function made(app: TestApp, path: string, body: object): Promise<string> {
  return idIn((await app.call('POST', path, body)).json);
}

/** What is shown once stands beside the record, which has the id. */
function idIn(json: unknown): string {
  const { id, apiKey, portalLink } = (json ?? {}) as Record<string, { id: string } & string>;
  return id ?? apiKey?.id ?? portalLink?.id ?? '';
}

async function channelOf(app: TestApp): Promise<string> {
  // Nobody listens there.
  await app.call('PUT', '/v1/alert-channels/ops', { kind: 'wecom', url: 'http://127.0.0.1:9/' });
  return 'ops';
}

async function notificationOf(app: TestApp): Promise<string> {
  return (await app.call('GET', '/v1/notifications')).json.items[0].id;
}

async function auditOf(app: TestApp) {
  return (await app.store.readAudit(0, 500)).map(({ action, target, actor }) => ({
    row: `${action} ${target}`,
    by: actor.kind === 'key' ? actor.id : actor.kind,
  }));
}

test('every route that is not a GET is known to be audited, or why not', () => {
  const changing = Object.keys(routeAccess).filter((name) => !name.startsWith('GET '));
  expect([...Object.keys(deeds), ...Object.keys(leaveNothing)].toSorted()).toEqual(changing.toSorted());
});

test.each(Object.entries(deeds))('%s is written down, with who did it and to what', async (name, deed) => {
  const app = await startApp();
  await addCustomer(app);
  await app.call('POST', '/v1/state-changes', change);
  const id = (await deed.prepare?.(app)) ?? 'acme-main';
  const before = await auditOf(app);
  const [method = '', path = ''] = name.split(' ');
  const answer = await (deed.call?.(app, id) ?? app.call(method, path.replace(/:\w+/, id), deed.body));
  expect(answer.status).toBe(deed.status);
  const written = (await auditOf(app)).slice(before.length);
  const rows = deed.rows.map((row) => row.replace(':id', id).replace(':made', idIn(answer.json)));
  expect(written.map(({ row }) => row)).toEqual(rows);
  const by = deed.call === undefined ? app.key.split('_')[1] : 'user';
  expect(written.map((each) => each.by)).toEqual(rows.map(() => by));
});

test.each<[string, object]>([
  ['POST /v1/notifications/resend', { filter: { result: 0 }, dryRun: true }],
  ['POST /v1/resends', { filter: { result: 0 }, dryRun: true }],
  ['POST /v1/notifications/:id/verify', {}],
  ['POST /v1/state-changes', { ...change, state: 10_000 }],
])('%s leaves nothing when it only reads or records', async (name, body) => {
  const app = await startApp();
  await addCustomer(app);
  await app.call('POST', '/v1/state-changes', change);
  const before = await auditOf(app);
  const [method = '', path = ''] = name.split(' ');
  expect((await app.call(method, path.replace(':id', await notificationOf(app)), body)).status).toBeLessThan(
    500,
  );
  expect(await auditOf(app)).toEqual(before);
});
