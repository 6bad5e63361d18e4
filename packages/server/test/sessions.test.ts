import { VirtualClock } from '@doorbell/engine/testing';
import { describe, expect, test, vi } from 'vitest';
import { readConfig } from '../src/config.ts';
import { addUser, cookieOf, fromOwnPage, openBrowser, openBrowserAs, password } from './browser.ts';
import { setupToken, startApp, type TestApp } from './start-app.ts';

const signIn = (app: TestApp, body: object, headers: Record<string, string> = {}) =>
  app.call('POST', '/v1/sessions', body, { ...fromOwnPage, ...headers });

const minuteMs = 60_000;

describe('signing in', () => {
  test('opens a session that says who it is, with a cookie no script can read', async () => {
    const app = await startApp();
    await addUser(app, 'alice', 'operator');
    const answer = await signIn(app, { userName: 'alice', password });
    expect([answer.status, answer.json]).toEqual([
      201,
      { user: { name: 'alice', role: 'operator', customerIds: null }, csrfToken: expect.any(String) },
    ]);
    expect(answer.headers['set-cookie']).toMatch(
      /^doorbell-sid=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const again = await signIn(app, { userName: 'alice', password });
    expect(cookieOf(again)).not.toBe(cookieOf(answer));
  });

  test('over https gives a cookie that only https and this host can have set', async () => {
    const app = await startApp();
    await addUser(app, 'alice', 'admin');
    const https = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'doorbell.example' };
    const answer = await signIn(app, { userName: 'alice', password }, https);
    expect(answer.headers['set-cookie']).toMatch(
      /^__Host-sid=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    const headers = { authorization: '', cookie: cookieOf(answer), ...https };
    expect((await app.call('GET', '/v1/session', undefined, headers)).status).toBe(200);
    const downgraded = { ...headers, cookie: cookieOf(answer).replace('__Host-sid', 'doorbell-sid') };
    expect((await app.call('GET', '/v1/session', undefined, downgraded)).status).toBe(401);
  });

  test('is refused where the password would cross the network in clear', async () => {
    const app = await startApp();
    await addUser(app, 'alice', 'admin');
    const answer = await signIn(app, { userName: 'alice', password }, { host: 'doorbell.example' });
    expect([answer.status, answer.json.type]).toEqual([403, '/problems/insecure-transport']);
  });

  test('answers a wrong password, a wrong name and a closed account alike, and writes each down', async () => {
    const app = await startApp();
    await addUser(app, 'alice', 'admin');
    await addUser(app, 'bob', 'viewer');
    await app.store.editUser('bob', { disabled: true });
    const attempts = [
      { userName: 'alice', password: 'wrong' },
      { userName: 'nobody', password },
      { userName: 'bob', password },
    ];
    for (const attempt of attempts) {
      const { status, json } = await signIn(app, attempt);
      expect([status, json.detail]).toEqual([401, 'The user name or the password is wrong.']);
    }
    const { json } = await app.call('GET', '/v1/audit-log?action=session.refuse');
    expect(json.items.map(({ target }: { target: string }) => target)).toEqual(['bob', 'nobody', 'alice']);
    expect(JSON.stringify(json)).not.toContain(password);
  });

  test('opens nothing when the password is changed while the old one is checked', async () => {
    const app = await startApp();
    await addUser(app, 'alice', 'admin');
    const create = app.store.createSession;
    vi.spyOn(app.store, 'createSession').mockImplementationOnce(async (session, by) => {
      await app.store.editUser('alice', { passwordHash: 'of another password' });
      await create(session, by);
    });
    const end = vi.spyOn(app.store, 'endSession');
    expect((await signIn(app, { userName: 'alice', password })).status).toBe(401);
    expect(await app.store.findSession(String(end.mock.calls[0]?.[0]))).toBeUndefined();
  });

  test('names what is missing', async () => {
    const app = await startApp();
    const { status, json } = await signIn(app, { userName: 'alice' });
    expect([status, json.errors[0].pointer]).toEqual([400, '/password']);
  });

  const strangers: Readonly<Record<string, Record<string, string>>> = {
    'a page of another site': { 'sec-fetch-site': 'cross-site' },
    'a page of a neighbour domain': { 'sec-fetch-site': 'same-site' },
    'an older browser, on a page of another site': { 'sec-fetch-site': '', origin: 'https://evil.example' },
    'a program that says nothing': { 'sec-fetch-site': '' },
    'a page without an origin': { 'sec-fetch-site': '', origin: 'null' },
  };

  test.each(Object.entries(strangers))('is refused to %s', async (_who, headers) => {
    const app = await startApp();
    await addUser(app, 'alice', 'admin');
    expect((await signIn(app, { userName: 'alice', password }, headers)).status).toBe(403);
  });

  test('is for an older browser on our own page', async () => {
    const app = await startApp();
    await addUser(app, 'alice', 'admin');
    const headers = { 'sec-fetch-site': '', host: 'localhost:8787', origin: 'http://localhost:8787' };
    expect((await signIn(app, { userName: 'alice', password }, headers)).status).toBe(201);
  });
});

test('proxies that may say for whom they ask are named by their networks', () => {
  expect(readConfig({ DOORBELL_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.1/32' }).trustedProxies).toEqual([
    '10.0.0.0/8',
    '192.0.2.1/32',
  ]);
  expect(() => readConfig({ DOORBELL_TRUSTED_PROXIES: 'everyone' })).toThrow(/^DOORBELL_TRUSTED_PROXIES: /);
});

describe('a session', () => {
  test('changes nothing without its token, from another site, or by a form', async () => {
    const app = await startApp();
    const admin = await openBrowserAs(app, 'admin');
    const put = (headers: Record<string, string>) =>
      admin.call('PUT', '/v1/customers/acme', { name: 'Acme' }, headers);
    expect((await put({ 'x-csrf-token': '' })).status).toBe(403);
    expect((await put({ 'x-csrf-token': `${admin.csrfToken.slice(0, -1)}!` })).status).toBe(403);
    expect((await put({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await put({ 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    expect((await app.call('GET', '/v1/customers')).json.items).toEqual([]);
    expect((await put({})).status).toBe(200);
  });

  test('is over after 30 minutes of rest', async () => {
    const clock = new VirtualClock();
    const app = await startApp({ clock });
    const viewer = await openBrowserAs(app, 'viewer');
    for (let turn = 0; turn < 3; turn += 1) {
      await clock.advance(29 * minuteMs);
      expect((await viewer.call('GET', '/v1/customers')).status).toBe(200);
    }
    await clock.advance(30 * minuteMs);
    const over = await viewer.call('GET', '/v1/customers');
    expect([over.status, over.json.detail]).toEqual([401, 'The session is over. Sign in again.']);
  });

  test('is over after 12 hours, however busy it is', async () => {
    const clock = new VirtualClock();
    const app = await startApp({ clock });
    const viewer = await openBrowserAs(app, 'viewer');
    for (let turn = 0; turn < 35; turn += 1) {
      await clock.advance(20 * minuteMs);
      expect((await viewer.call('GET', '/v1/customers')).status).toBe(200);
    }
    await clock.advance(20 * minuteMs);
    expect((await viewer.call('GET', '/v1/customers')).status).toBe(401);
  });

  test('ends when its user signs out, is disabled, or gets a new password; a lost role is lost at once', async () => {
    const app = await startApp();
    await addUser(app, 'root', 'admin');
    const out = await openBrowserAs(app, 'viewer');
    expect((await out.call('DELETE', '/v1/session')).headers['set-cookie']).toMatch(
      /^doorbell-sid=; .*Max-Age=0$/,
    );
    expect((await out.call('GET', '/v1/session')).status).toBe(401);

    const operator = await openBrowserAs(app, 'operator');
    await app.call('PATCH', '/v1/users/operator', { role: 'viewer' });
    expect((await operator.call('POST', '/v1/endpoints/e/pause', {})).status).toBe(403);
    await app.call('PATCH', '/v1/users/operator', { disabled: true });
    expect((await operator.call('GET', '/v1/session')).status).toBe(401);

    const admin = await openBrowser(app, { userName: 'root', password });
    await admin.call('PATCH', '/v1/users/root', { password: 'another long password' });
    expect((await admin.call('GET', '/v1/session')).status).toBe(401);
    const next = await openBrowser(app, { userName: 'root', password: 'another long password' });
    expect((await next.call('GET', '/v1/session')).json.user.name).toBe('root');
  });

  test('is not for keys, and a key is not slowed by a cookie that is over', async () => {
    const app = await startApp();
    expect((await app.call('GET', '/v1/session')).status).toBe(403);
    const cookie = `doorbell-sid=${'x'.repeat(43)}`;
    expect((await app.call('GET', '/v1/customers', undefined, { cookie })).status).toBe(200);
    const alone = await app.call('GET', '/v1/customers', undefined, { cookie, authorization: '' });
    expect(alone.status).toBe(401);
  });
});

describe('the first admin', () => {
  test('is made once, with the link that the server printed', async () => {
    const app = await startApp();
    const setUp = (token: string, userName: string) =>
      app.call('POST', '/v1/setup', { setupToken: token, userName, password }, fromOwnPage);
    expect((await setUp('guessed', 'mallory')).status).toBe(401);
    const refused = await app.call('GET', '/v1/audit-log?action=session.refuse');
    expect(refused.json.items).toMatchObject([{ target: 'set-up link', actor: { kind: 'anonymous' } }]);
    expect(refused.text).not.toContain('guessed');
    const made = await setUp(setupToken, 'alice');
    expect([made.status, made.json.user.role]).toEqual([201, 'admin']);
    expect((await setUp(setupToken, 'mallory')).status).toBe(401);
    expect((await app.call('GET', '/v1/users')).json.items).toMatchObject([{ name: 'alice', role: 'admin' }]);
  });
});

describe('users', () => {
  test('are made, listed and edited, and one admin stays', async () => {
    const app = await startApp();
    const made = await app.call('POST', '/v1/users', { name: 'alice', role: 'admin', password });
    expect([made.status, made.json.role]).toEqual([201, 'admin']);
    expect((await app.call('POST', '/v1/users', { name: 'alice', role: 'viewer', password })).json.type).toBe(
      '/problems/user-exists',
    );
    const last = await app.call('PATCH', '/v1/users/alice', { role: 'viewer' });
    expect([last.status, last.json.type]).toEqual([409, '/problems/last-admin']);
    expect((await app.call('PATCH', '/v1/users/nobody', { disabled: true })).status).toBe(404);
    const short = await app.call('POST', '/v1/users', { name: 'bob', role: 'viewer', password: 'short' });
    expect([short.status, short.json.errors[0].pointer]).toEqual([400, '/password']);
    expect((await app.call('GET', '/v1/users')).text).not.toMatch(/hash|scrypt/i);
  });
});
