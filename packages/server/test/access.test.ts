import { VirtualClock } from '@doorbell/engine/testing';
import { expect, test } from 'vitest';
import { until } from './receiver.ts';
import { startApp } from './start-app.ts';

const wrongKeys = {
  'no key': undefined,
  'another scheme': 'Basic dXNlcjpwYXNz',
  'a key of another format': 'Bearer secret',
  'a key that nobody made': `Bearer dbk_${'0'.repeat(12)}_${'x'.repeat(43)}`,
};

test.each(Object.entries(wrongKeys))('%s is answered 401 with a challenge', async (_what, authorization) => {
  const app = await startApp();
  const url = await app.listen();
  const headers = authorization === undefined ? {} : { authorization };
  for (const [method, path] of protectedRoutes) {
    const answer = await fetch(url + path, { method, headers });
    const problem = (await answer.json()) as { type: string };
    expect([path, answer.status, problem.type]).toEqual([path, 401, '/problems/unauthorized']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="doorbell"');
  }
});

const protectedRoutes = [
  ['GET', '/v1/customers'],
  ['GET', '/v1/customers/acme'],
  ['PUT', '/v1/customers/acme'],
  ['GET', '/v1/endpoints'],
  ['GET', '/v1/endpoints/e'],
  ['PUT', '/v1/endpoints/e'],
  ['POST', '/v1/endpoints/e/pause'],
  ['POST', '/v1/endpoints/e/resume'],
  ['POST', '/v1/endpoints/e/test'],
  ['POST', '/v1/endpoints/e/rotate-key'],
  ['POST', '/v1/state-changes'],
  ['GET', '/v1/notifications'],
  ['GET', '/v1/notifications/n1-1'],
  ['POST', '/v1/notifications/n1-1/resend'],
  ['POST', '/v1/notifications/resend'],
  ['GET', '/v1/house-tasks'],
  ['GET', '/v1/house-tasks/t'],
] as const;

test('a right id with a wrong secret is refused, also while the right key is in use', async () => {
  const app = await startApp();
  expect((await app.call('GET', '/v1/customers')).status).toBe(200);
  const forged = app.key.slice(0, -1) + (app.key.endsWith('A') ? 'B' : 'A');
  const answer = await app.call('GET', '/v1/customers', undefined, { authorization: `Bearer ${forged}` });
  expect([answer.status, answer.json.detail]).toEqual([401, 'The API key is not known here.']);
});

test('a key that was revoked opens nothing, after a second at most', async () => {
  const clock = new VirtualClock();
  const app = await startApp({ clock });
  const { json } = await app.call('POST', '/v1/api-keys', { name: 'ops', scopes: ['read'] });
  const list = () => app.call('GET', '/v1/customers', undefined, { authorization: `Bearer ${json.key}` });
  expect((await list()).status).toBe(200);
  expect((await app.call('DELETE', `/v1/api-keys/${json.apiKey.id}`)).status).toBe(200);
  clock.advance(1_001);
  const refused = await list();
  expect([refused.status, refused.json.detail]).toEqual([401, 'The API key is not known here.']);
});

test('the last use of a key is shown, and a use with a wrong secret is none', async () => {
  const app = await startApp();
  const useOf = async (keyOf: (key: string) => string) => {
    const { json } = await app.call('POST', '/v1/api-keys', { name: 'ops', scopes: ['read'] });
    await app.call('GET', '/v1/customers', undefined, { authorization: `Bearer ${keyOf(json.key)}` });
    return async () =>
      (await app.store.listApiKeys()).find(({ id }) => id === json.apiKey.id)?.lastUsedAt ?? undefined;
  };
  const forged = await useOf((key) => key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A'));
  // Nobody waits for the note; what came later is written later, so the first could have been by then.
  const right = await useOf((key) => key);
  expect(await until(right)).toBeGreaterThan(0);
  expect(await forged()).toBeUndefined();
});

test('the scheme is read in any case', async () => {
  const app = await startApp();
  const answer = await app.call('GET', '/v1/customers', undefined, { authorization: `bearer ${app.key}` });
  expect(answer.status).toBe(200);
});

test('an unknown path is 404, a known path with another method 405 with Allow', async () => {
  const app = await startApp();
  for (const path of ['/', '/v1', '/v1/nothing', '/v1/customers/acme/more']) {
    const answer = await app.call('GET', path);
    expect([path, answer.status, answer.json.type]).toEqual([path, 404, '/problems/not-found']);
  }
  const wrong = await app.call('DELETE', '/v1/customers/acme');
  expect([wrong.status, wrong.json.type]).toEqual([405, '/problems/method-not-allowed']);
  expect(wrong.headers.allow).toBe('PUT, GET, HEAD');
});

test('no cache keeps what the API answers, whether a key, an error or a list', async () => {
  const app = await startApp();
  const answers = [
    await app.call('POST', '/v1/api-keys', { name: 'shown once', scopes: ['read'] }),
    await app.call('GET', '/v1/customers'),
    await app.call('GET', '/v1/customers', undefined, { authorization: '' }),
    await app.call('PUT', '/v1/customers/acme', 'no JSON'),
  ];
  expect(answers.map(({ status, headers }) => [status, headers['cache-control']])).toEqual([
    [201, 'no-store'],
    [200, 'no-store'],
    [401, 'no-store'],
    [400, 'no-store'],
  ]);
});
