import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { ProblemBody } from '../src/problem.ts';
import { headersOfAnyAnswer } from '../src/security-headers.ts';
import { addCustomer, change, faultsOf, startApp } from './start-app.ts';

const path = '/v1/state-changes';
const json = (fields: string) => `{"customerId":"acme","houseTaskId":"t",${fields}}`;

test.each([
  ['NaN', json('"state":NaN'), '/state json-syntax', /NaN is not a JSON value/],
  [
    'Infinity in a batch',
    `[${json('"a":1')},${json('"state":-Infinity')}]`,
    '/1/state json-syntax',
    /-Infinity/,
  ],
  ['single quotes', json(`"state":'x'`), '/state json-syntax', /not a JSON value/],
  ['a trailing comma', json('"state":1,'), ' json-syntax', /double quotes/],
  ['an end too early', '{"customerId":"acme","extra":{"a":', '/extra/a json-syntax', /too early/],
  ['a leading zero', json('"state":09000'), '/state json-syntax', /not a JSON value/],
  [
    'a raw control character in a string',
    json('"userName":"a\u0001b"'),
    '/userName json-syntax',
    /string is broken/,
  ],
  ['two values', '{} {}', ' json-syntax', /more after the end/],
  ['a repeated name', json('"state":9000,"state":10000'), '/state json-repeated-name', /more than once/],
  ['a name repeated by an escape', '[{"a":1,"\\u0061":2}]', '/0/a json-repeated-name', /more than once/],
])('%s is refused with 400 naming the place', async (_what, body, fault, detail) => {
  const app = await startApp();
  const answer = await app.call('POST', path, body);
  expect([answer.status, answer.json.type, ...faultsOf(answer)]).toEqual([
    400,
    '/problems/invalid-json',
    fault,
  ]);
  expect(answer.json.detail).toMatch(detail);
});

test.each([
  ['a lone surrogate', json('"userName":"a\\ud800b"'), '/userName field-lone-surrogate'],
  ['an escaped NUL', json('"houseId":"a\\u0000b"'), '/houseId field-control-character'],
  ['__proto__', json('"__proto__":{"state":1}'), '/__proto__ json-forbidden-name'],
  ['a control character in a name', json('"a\\u0007":1'), '/a\u0007 field-control-character'],
  ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, `${'/0'.repeat(16)} json-too-deep`],
])('%s is refused with 400 naming the field', async (_what, body, fault) => {
  const app = await startApp();
  const answer = await app.call('POST', path, body);
  expect([answer.status, ...faultsOf(answer)]).toEqual([400, fault]);
});

test('bytes that are not UTF-8 are refused', async () => {
  const app = await startApp();
  const body = Buffer.concat([Buffer.from('{"userName":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
  const answer = await app.call('POST', path, body);
  expect([answer.status, ...faultsOf(answer)]).toEqual([400, ' json-invalid-utf8']);
});

test('colons and quotes inside of strings do not count as names', async () => {
  const app = await startApp();
  await addCustomer(app);
  const answer = await app.call('POST', path, { ...change, userName: 'a:"b":\\"c\\\\' });
  expect(answer.status).toBe(202);
});

test.each([
  ['text/plain', {}],
  ['application/x-www-form-urlencoded', {}],
  ['application/json; charset=gbk', {}],
  ['application/json', { 'content-encoding': 'gzip' }],
  ['nonsense', {}],
])('a body of type %s %o is refused with 415', async (contentType, headers) => {
  const app = await startApp();
  const answer = await app.call('POST', path, '{}', { 'content-type': contentType, ...headers });
  expect([answer.status, answer.json.type]).toEqual([415, '/problems/unsupported-media-type']);
  expect(answer.json.errors[0].field).toBe('content-type');
});

test('the charset of JSON may be said', async () => {
  const app = await startApp();
  await addCustomer(app);
  const headers = { 'content-type': 'application/json; charset=UTF-8' };
  expect((await app.call('POST', path, change, headers)).status).toBe(202);
});

test('a body of 10 MB is answered with 413, every time, and names the body', async () => {
  const app = await startApp();
  const url = await app.listen();
  for (let time = 0; time < 10; time += 1) {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/json' },
      body: 'x'.repeat(10_000_000),
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      413,
      'application/problem+json; charset=utf-8',
    ]);
    const detail = 'The body is over 4 MiB. Split the batch.';
    expect(((await answer.json()) as ProblemBody).errors).toEqual([
      { pointer: '', field: 'body', code: 'body-too-large', detail },
    ]);
  }
});

test.each([
  ['with the right key gets the 413', (key: string) => key, 413],
  ['with a wrong key gets the 401', () => 'dbk_nobody', 401],
])(
  'a client that sends 10 MB before it reads and wants the connection closed %s',
  async (_what, keyOf, status) => {
    const app = await startApp();
    const url = new URL(await app.listen());
    for (let time = 0; time < 10; time += 1) {
      const socket = connect(Number(url.port), url.hostname);
      socket.pause();
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keyOf(app.key)}\r\nConnection: close\r\n` +
          'Content-Type: application/json\r\nContent-Length: 10000000\r\n\r\n',
      );
      await new Promise<void>((resolve, reject) => {
        socket.on('error', reject);
        socket.write('x'.repeat(10_000_000), () => resolve());
      });
      const answer = await text(socket);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*"status":${status}`));
    }
  },
);

test.each([
  ['announced', `Content-Length: ${65 * 0x100000}\r\n\r\n`],
  ['sent in chunks', 'Transfer-Encoding: chunked\r\n\r\n'],
])('a body beyond 64 MiB that is %s is answered with 413 and cut off', async (_what, announcement) => {
  const app = await startApp();
  const url = new URL(await app.listen());
  const socket = connect(Number(url.port), url.hostname);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  // Cut off in the middle of a write, which is what is wanted here.
  socket.on('error', () => {});
  let answer = '';
  socket.on('data', (bytes) => {
    answer += bytes;
  });
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${app.key}\r\n`);
  socket.write(`Content-Type: application/json\r\n${announcement}`);
  // Each part waits for the one before, so the answer, which comes after the first four, is read long before the end.
  const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
  const isChunked = announcement.startsWith('T');
  let sent = 0;
  for (; isChunked && sent < 200 && !socket.destroyed; sent += 1) {
    await new Promise((resolve) => socket.write(chunk, resolve));
  }
  await ended;
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(sent).toBeLessThan(200);
});

test('a chunked body over the limit is refused with 413', async () => {
  const app = await startApp();
  const url = new URL(await app.listen());
  const socket = connect(Number(url.port), url.hostname);
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${app.key}\r\n` +
      'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  const chunk = 'x'.repeat(0x100000);
  for (let sent = 0; sent < 5; sent += 1) socket.write(`100000\r\n${chunk}\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  expect(String(answer)).toMatch(/^HTTP\/1\.1 413 [\s\S]*body-too-large/);
});

/** What no route ever sees. */
const malformed = [
  ['bytes that are not HTTP', 'NONSENSE\r\n\r\n', 400, 'invalid-request'],
  ['a header without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n', 400, 'invalid-request'],
  [
    'two lengths that differ',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    400,
    'invalid-request',
  ],
  [
    'a length and chunks at once',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'invalid-request',
  ],
  [
    'headers of 100 KB',
    `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'y'.repeat(100_000)}\r\n\r\n`,
    431,
    'headers-too-large',
  ],
  [
    'a path with broken percents',
    'GET /v1/customers/%zz HTTP/1.1\r\nHost: x\r\n\r\n',
    400,
    'invalid-request',
  ],
] as const;

test.each(malformed)(
  '%s is answered with a problem that takes the security headers of all others',
  async (_what, bytes, status, kind) => {
    const app = await startApp();
    const url = new URL(await app.listen());
    const socket = connect(Number(url.port), url.hostname);
    socket.write(bytes);
    const [data] = await once(socket, 'data');
    socket.destroy();
    const [head = '', body = ''] = String(data).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(JSON.parse(body).type).toBe(`/problems/${kind}`);
    const names = head.split('\r\n').map((line) => line.split(':', 1)[0]?.toLowerCase());
    expect(names).toEqual(expect.arrayContaining(Object.keys(headersOfAnyAnswer)));
  },
);

test.each([
  ['/v1/notifications?houseId=a%00b', '/houseId field-control-character'],
  ['/v1/notifications?houseId=%ff', '/houseId field-lone-surrogate'],
  ['/v1/notifications?result=7', '/result field-not-allowed'],
  ['/v1/notifications?result=1.0', '/result field-not-integer'],
  ['/v1/notifications?state=abc', '/state field-not-integer'],
  ['/v1/notifications?state=12345', '/state field-not-allowed'],
  ['/v1/notifications?state=-1', '/state field-not-allowed'],
  ['/v1/house-tasks?state=12345', '/state field-not-allowed'],
  ['/v1/notifications?limit=501', '/limit field-not-allowed'],
  ['/v1/notifications?limit=0', '/limit field-not-allowed'],
  ['/v1/notifications?colour=red', '/colour field-undeclared'],
  ['/v1/notifications?state=1&state=2', '/state field-not-integer'],
  ['/v1/notifications?from=yesterday', '/from field-not-allowed'],
  ['/v1/notifications?to=2026-02-30T00:00:00', '/to field-not-allowed'],
  ['/v1/notifications?from=2026-02-30T00:00:00Z', '/from field-not-allowed'],
  ['/v1/notifications?to=2026-02-29', '/to field-not-allowed'],
  ['/v1/notifications?to=2026-04-31T23:59:59.999%2B08:00', '/to field-not-allowed'],
  ['/v1/notifications?cursor=nonsense', '/cursor field-not-allowed'],
  ['/v1/house-tasks?cursor=nonsense', '/cursor field-not-allowed'],
  ['/v1/house-tasks?houseId=', '/houseId field-too-short'],
  [`/v1/house-tasks/${'x'.repeat(33)}`, '/houseTaskId field-too-long'],
  ['/v1/house-tasks/a%00b', '/houseTaskId field-control-character'],
  ['/v1/customers/a%2Fb', '/customerId field-not-allowed'],
  ['/v1/customers/.a', '/customerId field-not-allowed'],
  ['/v1/customers/-a', '/customerId field-not-allowed'],
  ['/v1/endpoints/...', '/endpointId field-not-allowed'],
  ['/v1/endpoints?customerId=..', '/customerId field-not-allowed'],
])('GET %s is refused with 400 naming the parameter', async (query, fault) => {
  const app = await startApp();
  const answer = await app.call('GET', query);
  expect([answer.status, ...faultsOf(answer)]).toEqual([400, fault]);
});

test('malformed percent-encoding in a path is a 400 problem', async () => {
  const app = await startApp();
  const answer = await app.call('GET', '/v1/customers/%zz');
  expect([answer.status, answer.json.type]).toEqual([400, '/problems/invalid-request']);
});

test.each(['.', '..'])(
  'the id %s, which clients take out of a path, is refused wherever it comes',
  async (id) => {
    const app = await startApp();
    const url = new URL(await app.listen());
    for (const kind of ['customer', 'endpoint']) {
      const socket = connect(Number(url.port), url.hostname);
      socket.write(
        `PUT /v1/${kind}s/${id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${app.key}\r\nConnection: close\r\n` +
          'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
      );
      expect(await text(socket)).toMatch(new RegExp(`^HTTP/1\\.1 400 [\\s\\S]*"pointer":"/${kind}Id"`));
    }
    const answer = await app.call('POST', path, { ...change, customerId: id });
    expect([answer.status, ...faultsOf(answer)]).toEqual([400, '/customerId field-not-allowed']);
  },
);

test('the last day of a month, also in a leap year, may be asked for', async () => {
  const app = await startApp();
  for (const day of ['2026-01-31', '2026-02-28', '2024-02-29', '2026-04-30T00:00:00Z', '2026-12-31']) {
    expect([day, (await app.call('GET', `/v1/notifications?from=${day}`)).status]).toEqual([day, 200]);
  }
});
