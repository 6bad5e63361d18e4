import { randomBytes } from 'node:crypto';
import { VirtualClock } from '@doorbell/engine/testing';
import { describe, expect, test } from 'vitest';
import { KeyDoor, mintApiKey, requestsPerSecondMax } from '../src/auth.ts';
import { requestsMax } from '../src/limit-rates.ts';
import { networkOf } from '../src/network-of.ts';
import { fromOwnPage, openBrowserAs } from './browser.ts';
import { startApp } from './start-app.ts';

const times = (count: number) => Array.from({ length: count });

describe('the limit of requests', () => {
  test('is told with every answer, and answers 429 with the time to wait beyond it, to that key alone', async () => {
    const app = await startApp();
    const browser = await openBrowserAs(app, 'viewer');
    const first = await app.call('GET', '/v1/customers');
    expect(first.headers).toMatchObject({
      'ratelimit-limit': String(requestsMax.others),
      'ratelimit-remaining': String(requestsMax.others - 1),
      'ratelimit-reset': expect.stringMatching(/^\d+$/),
    });
    for (const _ of times(requestsMax.others / 500)) {
      await Promise.all(times(500).map(() => app.call('GET', '/v1/customers')));
    }
    const beyond = await app.call('GET', '/v1/endpoints');
    expect([beyond.status, beyond.json.type, beyond.headers['content-type']]).toEqual([
      429,
      '/problems/too-many-requests',
      'application/problem+json; charset=utf-8',
    ]);
    expect(Number(beyond.headers['retry-after'])).toBeGreaterThan(0);
    expect((await browser.call('GET', '/v1/customers')).status).toBe(200);
  });

  test.each(['/v1/notifications/resend', '/v1/resends'])(
    'is far lower for %s, of which one call reopens 100,000, and leaves other calls alone',
    async (path) => {
      const app = await startApp();
      const resend = () => app.call('POST', path, { filter: { customerId: 'acme' } });
      const answers = [];
      for (const _ of times(requestsMax.bulk + 1)) answers.push((await resend()).status);
      expect([answers.indexOf(429), answers.at(0)]).toEqual([requestsMax.bulk, 202]);
      expect((await app.call('GET', '/v1/resends')).status).toBe(200);
      expect((await app.call('POST', '/v1/notifications/n1-1/resend', {})).status).toBe(404);
      const browser = await openBrowserAs(app, 'operator');
      expect((await browser.call('POST', path, { filter: { customerId: 'acme' } })).status).toBe(202);
    },
  );

  test('is far lower where one proves who one is, for all from one network', async () => {
    const app = await startApp();
    const signIn = () => app.call('POST', '/v1/sessions', { linkToken: 'dbl_guessed' }, fromOwnPage);
    const answers = [];
    for (const _ of times(requestsMax.signIn + 1)) answers.push((await signIn()).status);
    expect([answers.indexOf(429), answers.at(0)]).toEqual([requestsMax.signIn, 401]);
  });

  test('of one key is for each second, on appends as well, which carry no header of it', async () => {
    const clock = new VirtualClock();
    const { key, record } = mintApiKey({ name: '', scopes: ['append'] }, 0, randomBytes);
    const door = new KeyDoor({ findApiKey: async () => record, touchApiKey: async () => {} }, clock);
    const knock = () =>
      new Promise<number>((resolve) => {
        door.open(`Bearer ${key}`, (problem) => resolve(problem?.status ?? 200));
      });
    expect(await knock()).toBe(200);
    const answers = await Promise.all(times(requestsPerSecondMax).map(knock));
    expect([answers.indexOf(429), answers.at(-1)]).toEqual([requestsPerSecondMax - 1, 429]);
    await clock.advance(1_000);
    expect(await knock()).toBe(200);

    const app = await startApp();
    expect((await app.call('POST', '/v1/state-changes', [])).headers['ratelimit-limit']).toBeUndefined();
  });

  test('stops those who come again and again with credentials that are not good, and nobody else there', async () => {
    const app = await startApp();
    const guess = () =>
      app.call('GET', '/v1/customers', undefined, {
        authorization: `Bearer dbk_${'0'.repeat(12)}_${'x'.repeat(43)}`,
      });
    const answers = [];
    for (const _ of times(requestsMax.refused + 1)) answers.push((await guess()).status);
    expect([answers.at(-2), answers.at(-1)]).toEqual([401, 429]);
    expect((await app.call('GET', '/v1/customers')).status).toBe(200);
  });
});

describe('the network of an address', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:0:1:aaaa::1', '2001:db8:0:1'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:0db8:0000:0001:ffff:ffff:ffff:ffff', '2001:db8:0:1'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s is in %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
