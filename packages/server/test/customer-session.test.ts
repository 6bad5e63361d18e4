import { beforeEach, describe, expect, test, vi } from 'vitest';
import { routeAccess } from '../src/route-access.ts';
import { aTailEvent } from './a-tail-event.ts';
import { type Browser, fromOwnPage, openBrowser, openBrowserOfCustomer } from './browser.ts';
import { until } from './receiver.ts';
import { addCustomer, addOtherCustomer, change, startApp, type TestApp } from './start-app.ts';
import { watch } from './watch-tail.ts';

let app: TestApp;
let acme: Browser;
let foreignNotification: string;
/** By an operator, of what is the customer's own. */
let foreignResend: string;

beforeEach(async () => {
  app = await startApp();
  await addCustomer(app);
  await addOtherCustomer(app);
  await app.call('POST', '/v1/state-changes', [
    change,
    { ...change, customerId: 'other', houseTaskId: 'task-of-other' },
    // The same house and the same task id at both.
    { ...change, customerId: 'other' },
  ]);
  acme = await openBrowserOfCustomer(app, 'acme');
  const { json } = await app.call('GET', '/v1/notifications?customerId=other&houseTaskId=task-of-other');
  foreignNotification = json.items[0].id;
  const job = { id: 'r-of-ada', filter: { customerId: 'acme' }, total: 1, startedBy: 'ada', alone: false };
  foreignResend = (await app.store.startResendJob(job))?.id ?? '';
});

const customersOf = (items: readonly { customerId: string }[]) => [
  ...new Set(items.map(({ customerId }) => customerId)),
];

/** What each list shows the customer, without a filter and with one that names another customer's rows. */
const lists: Readonly<Record<string, () => Promise<void>>> = {
  'GET /v1/customers': async () => {
    const { json } = await acme.call('GET', '/v1/customers');
    expect(json.items.map(({ id }: { id: string }) => id)).toEqual(['acme']);
  },
  'GET /v1/endpoints': async () => {
    const { json } = await acme.call('GET', '/v1/endpoints');
    expect(customersOf(json.items)).toEqual(['acme']);
    expect((await acme.call('GET', '/v1/endpoints?customerId=other')).json.items).toEqual([]);
  },
  'GET /v1/notifications': async () => {
    const { json } = await acme.call('GET', '/v1/notifications');
    expect(customersOf(json.items)).toEqual(['acme']);
    for (const filter of ['customerId=other', 'endpointId=other-main', 'houseTaskId=task-of-other']) {
      expect((await acme.call('GET', `/v1/notifications?${filter}`)).json.items).toEqual([]);
    }
    const byHouse = await acme.call('GET', `/v1/notifications?houseId=${change.houseId}&result=0`);
    expect(customersOf(byHouse.json.items)).toEqual(['acme']);
  },
  'GET /v1/house-tasks': async () => {
    const { json } = await acme.call('GET', `/v1/house-tasks?houseId=${change.houseId}`);
    expect(customersOf(json.items)).toEqual(['acme']);
    expect((await acme.call('GET', '/v1/house-tasks?customerId=other')).json.items).toEqual([]);
  },
  'GET /v1/alerts': async () => {
    await app.store.raiseAlerts(
      ['acme', 'other'].map((customerId) => ({
        kind: 'breaker-open',
        endpointId: `${customerId}-main`,
        customerId,
        detail: { failures: 10 },
      })),
    );
    expect(customersOf((await acme.call('GET', '/v1/alerts')).json.items)).toEqual(['acme']);
    for (const filter of ['customerId=other', 'endpointId=other-main', 'customerId=other&state=open']) {
      expect((await acme.call('GET', `/v1/alerts?${filter}`)).json.items).toEqual([]);
    }
  },
  'GET /v1/overview': async () => {
    const all = (await app.call('GET', '/v1/overview')).json.backlog.pending;
    const own = (await acme.call('GET', '/v1/overview')).json.backlog.pending;
    expect([all, own]).toEqual([3, 1]);
    for (const filter of ['customerId=other', 'endpointId=other-main']) {
      const { json } = await acme.call('GET', `/v1/overview?${filter}`);
      expect([json.backlog.pending, json.endpointsInTrouble]).toEqual([0, []]);
    }
  },
  'GET /v1/tail': async () => {
    const headers = { cookie: acme.cookie, 'sec-fetch-site': 'same-origin' };
    const [own, others] = [await watch(app, '', headers), await watch(app, '?customerId=other', headers)];
    for (const customerId of ['other', 'acme']) {
      app.tail.publish(aTailEvent({ customerId, endpointId: `${customerId}-main` }));
    }
    const seen = await until(async () => own.events.find(({ name }) => name === 'notification'));
    expect(seen.data.customerId).toBe('acme');
    expect(others.events.filter(({ name }) => name === 'notification')).toEqual([]);
  },
  'POST /v1/notifications/resend': async () => {
    for (const [filter, matched] of [
      [{ houseId: change.houseId }, 1],
      [{ customerId: 'other' }, 0],
      [{ endpointId: 'other-main' }, 0],
    ] as const) {
      const { json } = await acme.call('POST', '/v1/notifications/resend', { filter, dryRun: true });
      expect([filter, json.matched]).toEqual([filter, matched]);
      const sent = await acme.call('POST', '/v1/notifications/resend', { filter: { ...filter, result: 1 } });
      expect([filter, sent.json.resent]).toEqual([filter, 0]);
    }
  },
};

const bulk: Readonly<Record<string, () => Promise<void>>> = {
  'POST /v1/resends': async () => {
    for (const filter of [{ customerId: 'other' }, { endpointId: 'other-main' }]) {
      const preview = await acme.call('POST', '/v1/resends', { filter, dryRun: true });
      expect([filter, preview.json]).toEqual([filter, { matches: 0, sample: [] }]);
      const started = await acme.call('POST', '/v1/resends', { filter });
      expect([filter, started.status]).toEqual([filter, 404]);
    }
    const started = await acme.call('POST', '/v1/resends', { filter: { houseId: change.houseId } });
    expect([started.status, started.json.filter.customerId]).toEqual([202, 'acme']);
    const second = await acme.call('POST', '/v1/resends', { filter: { result: 0 } });
    expect([second.status, second.json.type]).toEqual([409, '/problems/resend-running']);
  },
  'GET /v1/resends': async () => {
    await app.call('POST', '/v1/resends', { filter: { customerId: 'acme' } });
    const other = await openBrowserOfCustomer(app, 'other');
    await other.call('POST', '/v1/resends', { filter: { result: 0 } });
    expect((await acme.call('GET', '/v1/resends')).json.items).toEqual([]);
    await acme.call('POST', '/v1/resends', { filter: { result: 0 } });
    expect((await acme.call('GET', '/v1/resends')).json.items).toMatchObject([
      { startedBy: 'customer:acme' },
    ]);
    expect((await app.call('GET', '/v1/resends')).json.items).toHaveLength(4);
  },
};

/** What the customer asks of another customer's row, by its id. */
const items: Readonly<Record<string, () => string>> = {
  'GET /v1/customers/:customerId': () => '/v1/customers/other',
  'GET /v1/endpoints/:endpointId': () => '/v1/endpoints/other-main',
  'GET /v1/endpoints/:endpointId/health': () => '/v1/endpoints/other-main/health',
  'POST /v1/endpoints/:endpointId/pause': () => '/v1/endpoints/other-main/pause',
  'POST /v1/endpoints/:endpointId/resume': () => '/v1/endpoints/other-main/resume',
  'POST /v1/endpoints/:endpointId/test': () => '/v1/endpoints/other-main/test',
  'POST /v1/endpoints/:endpointId/conformance': () => '/v1/endpoints/other-main/conformance',
  'GET /v1/notifications/:notificationId': () => `/v1/notifications/${foreignNotification}`,
  'POST /v1/notifications/:notificationId/verify': () => `/v1/notifications/${foreignNotification}/verify`,
  'POST /v1/notifications/:notificationId/resend': () => `/v1/notifications/${foreignNotification}/resend`,
  'GET /v1/resends/:resendId': () => `/v1/resends/${foreignResend}`,
  'POST /v1/resends/:resendId/stop': () => `/v1/resends/${foreignResend}/stop`,
  'GET /v1/house-tasks/:houseTaskId': () => '/v1/house-tasks/task-of-other',
};

describe("a customer's session", () => {
  test('is tested here at every route that it may call', () => {
    const own = ['GET /v1/session', 'DELETE /v1/session'];
    const callable = Object.entries(routeAccess).flatMap(([name, { customers }]) =>
      customers ? [name] : [],
    );
    expect(callable.toSorted()).toEqual([...Object.keys({ ...lists, ...bulk, ...items }), ...own].toSorted());
  });

  test.each(Object.entries({ ...lists, ...bulk }))('sees its own rows alone at %s', (_name, check) =>
    check(),
  );

  test.each(Object.entries(items))('finds no row of another customer at %s', async (name, path) => {
    const method = name.split(' ')[0] ?? '';
    const before = (await app.call('GET', '/v1/endpoints/other-main')).json;
    const answer = await acme.call(method, path(), method === 'GET' ? undefined : {});
    expect([answer.status, answer.json.type]).toEqual([404, '/problems/not-found']);
    const staff = method === 'GET' ? await app.call(method, path()) : { status: 200 };
    expect(staff.status).toBe(200);
    expect((await app.call('GET', '/v1/endpoints/other-main')).json).toEqual(before);
  });

  test('gets its own task where another customer has one of the same id, and no answer that gives that away', async () => {
    const mine = await acme.call('GET', '/v1/house-tasks/task-1');
    expect([mine.status, mine.json.customerId]).toEqual([200, 'acme']);
    expect((await app.call('GET', '/v1/house-tasks/task-1')).status).toBe(409);
    expect((await acme.call('GET', '/v1/house-tasks/task-1?customerId=other')).status).toBe(404);
  });

  test('operates its own endpoint', async () => {
    const paused = await acme.call('POST', '/v1/endpoints/acme-main/pause', { detail: 'we move house' });
    expect([paused.status, paused.json.pause.detail]).toEqual([200, 'we move house']);
    expect((await acme.call('POST', '/v1/endpoints/acme-main/resume', {})).status).toBe(200);
    const { json } = await app.call('GET', '/v1/audit-log');
    expect(json.items.slice(0, 2)).toMatchObject([
      { action: 'endpoint.resume', actor: { kind: 'customer' } },
      { action: 'endpoint.pause', target: 'acme-main' },
    ]);
  });

  test('ends every pause of its endpoint but that of an operator', async () => {
    const path = '/v1/endpoints/acme-main';
    await acme.call('POST', `${path}/pause`, {});
    expect((await app.call('GET', path)).json.pause).toMatchObject({ reason: 'customer' });
    expect((await acme.call('POST', `${path}/resume`, {})).json.pause).toBeNull();
    await app.store.pauseEndpoint('acme-main', 'unauthorized', 'The endpoint answered HTTP 401.');
    expect((await acme.call('POST', `${path}/resume`, {})).json.pause).toBeNull();

    await acme.call('POST', `${path}/pause`, { detail: 'we move house' });
    const taken = await app.call('POST', `${path}/pause`, { detail: 'it sends us nonsense' });
    expect(taken.json.pause).toMatchObject({ reason: 'operator', detail: 'it sends us nonsense' });
    const refused = await acme.call('POST', `${path}/resume`, {});
    expect([refused.status, refused.json.type]).toEqual([409, '/problems/paused-by-operator']);
    expect((await app.call('GET', path)).json.pause).toMatchObject({ reason: 'operator' });
    expect((await app.call('POST', `${path}/resume`, {})).json.pause).toBeNull();
  });

  test('resends 1,000 of its own at a time, and operators 100,000', async () => {
    for (let batch = 0; batch < 2; batch += 1) {
      await app.call(
        'POST',
        '/v1/state-changes',
        Array.from({ length: 600 }, (_, index) => ({ ...change, houseTaskId: `many-${batch}-${index}` })),
      );
    }
    const call = { filter: { result: 0 }, dryRun: true };
    expect((await acme.call('POST', '/v1/notifications/resend', call)).json.matched).toBe(1_000);
    expect((await app.call('POST', '/v1/notifications/resend', call)).json.matched).toBe(1_203);
    const resend = vi.spyOn(app.store, 'resend');
    await acme.call('POST', '/v1/notifications/resend', { filter: { result: 0 } });
    expect(resend.mock.lastCall).toMatchObject([{ customerId: 'acme', result: 0 }, 1_000]);
  });

  test('resends a filter of at most 1,000 in the background, follows it and stops it', async () => {
    for (let batch = 0; batch < 2; batch += 1) {
      const tasks = Array.from({ length: 500 }, (_, index) => ({
        ...change,
        houseTaskId: `${batch}-${index}`,
      }));
      await app.call('POST', '/v1/state-changes', tasks);
    }
    const filter = { result: 0 };
    const preview = await acme.call('POST', '/v1/resends', { filter, dryRun: true });
    expect([preview.status, preview.json.matches]).toEqual([200, 1_001]);
    const refused = await acme.call('POST', '/v1/resends', { filter, expected: 1_001 });
    expect([refused.status, refused.json.type]).toEqual([409, '/problems/too-many-matches']);
    const fewer = { filter: { houseTaskId: change.houseTaskId } };
    const started = await acme.call('POST', '/v1/resends', { ...fewer, expected: 1 });
    expect([started.status, started.json]).toMatchObject([202, { state: 'running', total: 1 }]);
    const path = `/v1/resends/${started.json.id}`;
    expect((await acme.call('GET', path)).json.state).toBe('running');
    expect((await acme.call('POST', `${path}/stop`, {})).json.state).toBe('stopped');
    const { json } = await app.call('GET', '/v1/audit-log?limit=2');
    expect(json.items).toMatchObject([
      { action: 'resend.stop', target: started.json.id, actor: { kind: 'customer' } },
      { action: 'resend.start', target: started.json.id, after: { matches: 1 } },
    ]);
    const atOnce = await Promise.all([1, 2, 3].map(() => acme.call('POST', '/v1/resends', fewer)));
    expect(atOnce.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
  });

  test('says whose it is', async () => {
    const { json } = await acme.call('GET', '/v1/session');
    expect(json.user).toMatchObject({ role: 'customer', customerIds: ['acme'] });
  });
});

const openLink = (linkToken: string | undefined) =>
  app.call('POST', '/v1/sessions', { linkToken }, { authorization: '', 'sec-fetch-site': 'same-origin' });

describe('a link for a customer', () => {
  test('opens nothing to who knows its id and not its secret', async () => {
    const made = await app.call('POST', '/v1/portal-links', { customerId: 'acme', expiresInMs: 60_000 });
    const linkToken = String(made.json.url).split('#')[1] ?? '';
    const guessed = linkToken.slice(0, -1) + (linkToken.endsWith('A') ? 'B' : 'A');
    const refused = await openLink(guessed);
    expect([refused.status, refused.json.detail]).toEqual([401, 'The link is no longer good.']);
    expect(refused.headers['set-cookie']).toBeUndefined();
    expect((await openLink(linkToken)).status).toBe(201);
  });

  test('opens nothing once it is revoked, and neither do the sessions it opened', async () => {
    const made = await app.call('POST', '/v1/portal-links', { customerId: 'acme', expiresInMs: 60_000 });
    const linkToken = String(made.json.url).split('#')[1];
    expect(made.json.url).toMatch(/^http:\/\/localhost(:80)?\/portal#dbl_/);
    await app.call('DELETE', `/v1/portal-links/${made.json.portalLink.id}`);
    const refused = await openLink(linkToken);
    expect([refused.status, refused.json.detail]).toEqual([401, 'The link is no longer good.']);

    const listed = await app.call('GET', '/v1/portal-links?customerId=acme');
    for (const { id } of listed.json.items) await app.call('DELETE', `/v1/portal-links/${id}`);
    expect((await acme.call('GET', '/v1/customers')).status).toBe(401);
  });

  test('ends the session that the browser had by another link, which stays good for others', async () => {
    const made = await app.call('POST', '/v1/portal-links', { customerId: 'acme', expiresInMs: 60_000 });
    const linkToken = String(made.json.url).split('#')[1];
    const elsewhere = await openBrowser(app, { linkToken });
    const headers = { ...fromOwnPage, cookie: acme.cookie };
    const answer = await app.call('POST', '/v1/sessions', { linkToken }, headers);
    expect(answer.status).toBe(201);
    expect((await acme.call('GET', '/v1/session')).status).toBe(401);
    expect((await elsewhere.call('GET', '/v1/session')).status).toBe(200);
    const { json } = await app.call('GET', '/v1/audit-log?action=session.end');
    expect(json.items).toMatchObject([{ actor: { kind: 'customer', id: made.json.portalLink.id } }]);
  });

  test('that opens nothing is written down without its secret', async () => {
    const made = await app.call('POST', '/v1/portal-links', { customerId: 'acme', expiresInMs: 60_000 });
    const linkToken = String(made.json.url).split('#')[1] ?? '';
    const { id } = made.json.portalLink;
    await app.call('DELETE', `/v1/portal-links/${id}`);
    for (const token of [linkToken, 'nonsense']) expect((await openLink(token)).status).toBe(401);
    const { json } = await app.call('GET', '/v1/audit-log?action=session.refuse');
    expect(json.items).toMatchObject([
      { target: 'link', actor: { kind: 'anonymous', id: 'link', address: '127.0.0.1' } },
      { target: id, actor: { kind: 'anonymous', id } },
    ]);
    expect(JSON.stringify(json)).not.toContain(linkToken.slice(-43));
  });

  test('is for a customer that exists, and for 90 days at most', async () => {
    const unknown = await app.call('POST', '/v1/portal-links', { customerId: 'nobody', expiresInMs: 60_000 });
    expect([unknown.status, unknown.json.type]).toEqual([404, '/problems/unknown-customer']);
    const long = await app.call('POST', '/v1/portal-links', {
      customerId: 'acme',
      expiresInMs: 91 * 86_400_000,
    });
    expect(long.status).toBe(400);
  });
});
