import { expect, test } from 'vitest';
import { startReceiver } from './receiver.ts';
import { addCustomer, faultsOf, startApp } from './start-app.ts';

const body = { customerId: 'acme', url: 'https://hooks.example.com/doorbell', signKey: 'sign-key-canary' };

test('a customer is created, replaced, read and listed', async () => {
  const app = await startApp();
  const put = await app.call('PUT', '/v1/customers/acme', { name: 'Acme' });
  expect([put.status, put.json]).toEqual([200, { id: 'acme', name: 'Acme', onIllegalTransition: 'flag' }]);
  const again = await app.call('PUT', '/v1/customers/acme', { name: '房产', onIllegalTransition: 'refuse' });
  expect(again.json).toEqual({ id: 'acme', name: '房产', onIllegalTransition: 'refuse' });
  expect((await app.call('GET', '/v1/customers/acme')).json).toEqual(again.json);
  expect((await app.call('GET', '/v1/customers')).json).toEqual({ items: [again.json] });
  expect((await app.call('GET', '/v1/customers/nobody')).status).toBe(404);
  const wrong = await app.call('PUT', '/v1/customers/acme', { name: '', onIllegalTransition: 'maybe', x: 1 });
  expect([wrong.status, ...faultsOf(wrong).toSorted()]).toEqual([
    400,
    '/name field-too-short',
    '/onIllegalTransition field-not-allowed',
    '/x field-undeclared',
  ]);
});

test('an endpoint shows its policy with defaults, and never its keys', async () => {
  const app = await startApp();
  await app.call('PUT', '/v1/customers/acme', { name: 'Acme' });
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const put = await app.call('PUT', '/v1/endpoints/e1', { ...body, webhookSecret: secret });
  expect(put.status).toBe(201);
  expect(put.json).toMatchObject({
    id: 'e1',
    customerId: 'acme',
    url: 'https://hooks.example.com/doorbell',
    hasSignKey: true,
    rotatingUntil: null,
    hasWebhookSecret: true,
    revision: 'seed',
    coalesce: 'every',
    onGiveUp: 'continue',
    inFlightMax: 32,
    totalTimeoutMs: 15_000,
    pause: null,
    breaker: { state: 'closed', failures: 0, openedAt: null, probeAt: null },
  });
  const read = await app.call('GET', '/v1/endpoints/e1');
  expect(read.json).toEqual(put.json);
  expect((await app.call('GET', '/v1/endpoints?customerId=acme')).json).toEqual({ items: [put.json] });
  expect((await app.call('GET', '/v1/endpoints?customerId=other')).json).toEqual({ items: [] });
  expect(read.text).not.toMatch(/canary|whsec_/);
});

test('keys that a later PUT leaves out stay; null takes them away', async () => {
  const app = await startApp();
  await addCustomer(app);
  const { signKey: _, ...withoutKey } = body;
  const kept = await app.call('PUT', '/v1/endpoints/acme-main', { ...withoutKey, inFlightMax: 4 });
  expect([kept.status, kept.json.hasSignKey, kept.json.inFlightMax]).toEqual([200, true, 4]);
  expect((await app.store.findEndpoint('acme-main'))?.signKey).toBe('sign-key-canary');
  const unsigned = await app.call('PUT', '/v1/endpoints/acme-main', { ...body, signKey: null });
  expect(unsigned.json.hasSignKey).toBe(false);
  const rotate = await app.call('POST', '/v1/endpoints/acme-main/rotate-key');
  expect([rotate.status, rotate.json.type]).toEqual([409, '/problems/unsigned-endpoint']);
});

test.each([
  ['no signKey at creation', { signKey: undefined }, ['/signKey field-missing']],
  ['a URL that is none', { url: 'hooks' }, ['/url url-malformed']],
  ['another scheme', { url: 'ftp://example.com/' }, ['/url url-scheme']],
  ['a private network', { url: 'http://10.0.0.8/' }, ['/url url-address']],
  ['cloud metadata', { url: 'http://169.254.169.254/latest' }, ['/url url-address']],
  ['an address in disguise', { url: 'http://[::ffff:a00:8]/' }, ['/url url-address']],
  [
    'a private deliveryFailedUrl',
    { deliveryFailedUrl: 'http://192.168.1.1/' },
    ['/deliveryFailedUrl url-address'],
  ],
  ['a webhook secret that is none', { webhookSecret: 'secret' }, ['/webhookSecret field-not-allowed']],
  [
    'several at once',
    { url: 'http://10.0.0.8/', signKey: undefined, webhookSecret: 'x' },
    ['/signKey field-missing', '/url url-address', '/webhookSecret field-not-allowed'],
  ],
  ['a total time over the limit', { totalTimeoutMs: 18_000 }, ['/totalTimeoutMs field-not-allowed']],
  [
    'no time at all',
    { totalTimeoutMs: 0, connectTimeoutMs: 0 },
    ['/connectTimeoutMs field-not-allowed', '/totalTimeoutMs field-not-allowed'],
  ],
  [
    'limits out of range',
    { inFlightMax: 257, retryHorizonMs: 59_999 },
    ['/inFlightMax field-not-allowed', '/retryHorizonMs field-not-allowed'],
  ],
  ['a word that is none of the choices', { coalesce: 'some' }, ['/coalesce field-not-allowed']],
  ['a number as key', { signKey: 5 }, ['/signKey field-not-text']],
  ['a key with NUL', { signKey: 'a\u0000' }, ['/signKey field-control-character']],
])('an endpoint with %s is refused', async (_what, wrong, faults) => {
  const app = await startApp();
  await app.call('PUT', '/v1/customers/acme', { name: 'Acme' });
  const answer = await app.call('PUT', '/v1/endpoints/e1', { ...body, ...wrong });
  expect([answer.status, ...faultsOf(answer).toSorted()]).toEqual([400, ...faults]);
  expect((await app.call('GET', '/v1/endpoints/e1')).status).toBe(404);
});

test('an endpoint of no customer is 404, of another customer 409', async () => {
  const app = await startApp();
  await addCustomer(app);
  const nobody = await app.call('PUT', '/v1/endpoints/e9', { ...body, customerId: 'nobody' });
  expect([nobody.status, ...faultsOf(nobody)]).toEqual([404, '/customerId unknown-customer']);
  await app.call('PUT', '/v1/customers/other', { name: 'Other' });
  const moved = await app.call('PUT', '/v1/endpoints/acme-main', { ...body, customerId: 'other' });
  expect([moved.status, ...faultsOf(moved)]).toEqual([409, '/customerId customer-fixed']);
});

test('an endpoint is paused with a reason that stays, and resumed', async () => {
  const app = await startApp();
  await addCustomer(app);
  const paused = await app.call('POST', '/v1/endpoints/acme-main/pause', { detail: 'They are moving.' });
  expect([paused.status, paused.json.pause.reason, paused.json.pause.detail]).toEqual([
    200,
    'operator',
    'They are moving.',
  ]);
  const again = await app.call('POST', '/v1/endpoints/acme-main/pause');
  expect(again.json.pause).toEqual(paused.json.pause);
  const resumed = await app.call('POST', '/v1/endpoints/acme-main/resume');
  expect([resumed.status, resumed.json.pause]).toEqual([200, null]);
  expect((await app.call('POST', '/v1/endpoints/acme-main/resume', '')).status).toBe(200);
  for (const verb of ['pause', 'resume', 'test', 'rotate-key']) {
    expect((await app.call('POST', `/v1/endpoints/nowhere/${verb}`)).status).toBe(404);
    expect((await app.call('POST', `/v1/endpoints/acme-main/${verb}`, { colour: 'red' })).status).toBe(400);
  }
});

test('a generated key is shown once; a given one is not, and the old one stays valid for the overlap', async () => {
  const app = await startApp();
  await addCustomer(app);
  const generated = await app.call('POST', '/v1/endpoints/acme-main/rotate-key');
  expect(generated.status).toBe(200);
  expect(generated.json.signKey).toMatch(/^[\w-]{32}$/);
  expect(generated.json.endpoint.rotatingUntil).toMatch(/Z$/);
  const stored = await app.store.findEndpoint('acme-main');
  expect([stored?.signKey, stored?.previousSignKey]).toEqual([generated.json.signKey, 'sign-key-canary']);

  const given = await app.call('POST', '/v1/endpoints/acme-main/rotate-key', {
    signKey: 'given-canary',
    overlapMs: 0,
  });
  expect([given.json.signKey, given.json.endpoint.rotatingUntil]).toEqual([null, null]);
  expect(given.text).not.toContain('canary');
});

test('a test call sends a signed sample and shows the exchange, also of a paused endpoint', async () => {
  const app = await startApp();
  const receiver = await startReceiver({ state: 500, payload: 'not today' });
  await addCustomer(app, { url: receiver.url });
  await app.call('POST', '/v1/endpoints/acme-main/pause');

  const answer = await app.call('POST', '/v1/endpoints/acme-main/test');
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({
    outcome: 'retry',
    reason: 'response-state',
    key: 'current',
    timings: {
      reused: false,
      dnsMs: null,
      tlsMs: null,
      connectMs: expect.any(Number),
      waitMs: expect.any(Number),
    },
    request: { url: receiver.url },
    response: {
      httpStatus: 200,
      state: 500,
      body: '{"state":500,"payload":"not today"}',
      remoteAddress: '127.0.0.1',
    },
  });
  const again = await app.call('POST', '/v1/endpoints/acme-main/test');
  expect(again.json.timings).toMatchObject({ reused: true, connectMs: null, downloadMs: expect.any(Number) });
  expect(answer.json.request.headers.sign).toMatch(/^[0-9a-f]{32}$/);
  expect(answer.json.request.body).toContain('houseTaskId=doorbell-test');
  expect(answer.json.attempts).toHaveLength(1);
  expect((await app.call('GET', '/v1/notifications')).json.items).toEqual([]);
});
