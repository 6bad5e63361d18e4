import { VirtualClock } from '@doorbell/engine/testing';
import { expect, test } from 'vitest';
import { startReceiver, until } from './receiver.ts';
import { addCustomer, change, startApp } from './start-app.ts';

test('healthz and readyz need no key', async () => {
  const app = await startApp();
  const url = await app.listen();
  for (const [path, status] of [
    ['/healthz', 'ok'],
    ['/readyz', 'ready'],
  ]) {
    const answer = await fetch(url + path);
    expect([answer.status, await answer.json()]).toEqual([200, { status }]);
  }
});

test('readyz fails when the engine has not asked for work for over 30 s', async () => {
  const clock = new VirtualClock();
  const app = await startApp({ clock });
  clock.advance(30_000);
  expect((await app.call('GET', '/readyz')).status).toBe(200);
  clock.advance(1);
  const { status, json } = await app.call('GET', '/readyz');
  expect(status).toBe(503);
  expect(json.status).toBe('not ready');
  expect(json.reasons).toEqual([
    { code: 'engine-stalled', detail: 'Delivery last asked the database for work 30 s ago.' },
  ]);
});

test('readyz fails when work that could be sent is not sent for over a minute, and recovers', async () => {
  const clock = new VirtualClock();
  const app = await startApp({ clock });
  await addCustomer(app);
  await app.call('POST', '/v1/state-changes', change);
  clock.advance(60_001);
  const codes = async () =>
    (await app.call('GET', '/readyz')).json.reasons.map(({ code }: { code: string }) => code);
  expect(await codes()).toEqual(['engine-stalled', 'delivery-stalled']);
  await app.call('POST', '/v1/endpoints/acme-main/pause');
  expect(await codes()).toEqual(['engine-stalled']);
});

test('readyz stays ready while work waits for its turn at a slow endpoint that answers', async () => {
  const clock = new VirtualClock();
  const app = await startApp({ clock, deliver: true });
  const receiver = await startReceiver();
  let gate = receiver.hold();
  await addCustomer(app, { url: receiver.url, inFlightMax: 1 });
  const tasks = Array.from({ length: 20 }, (_, index) => ({ ...change, houseTaskId: `task-${index}` }));
  await app.call('POST', '/v1/state-changes', tasks);
  for (let answered = 0; answered < 12; answered += 1) {
    await until(async () => receiver.requests[answered]);
    clock.advance(8_000);
    const { release } = gate;
    gate = receiver.hold();
    release();
  }
  await until(async () => receiver.requests[12]);
  expect(await app.store.backlog()).toMatchObject({ pending: 8, oldestClaimableAt: clock.now() - 96_000 });
  const { status, json } = await app.call('GET', '/readyz');
  expect([status, json]).toEqual([200, { status: 'ready' }]);
});

test('readyz of a process that does not deliver does not judge delivery', async () => {
  const clock = new VirtualClock();
  const app = await startApp({ clock, roles: ['api'] });
  clock.advance(30_001);
  expect((await app.call('GET', '/readyz')).status).toBe(200);
});

test('readyz does not judge one process by work that waits for all of them', async () => {
  const clock = new VirtualClock();
  const shared = { isShared: true, isWritable: async () => true };
  const app = await startApp({ clock, roles: ['api'], shared });
  await addCustomer(app);
  await app.call('POST', '/v1/state-changes', change);
  clock.advance(60_001);
  expect((await app.call('GET', '/readyz')).status).toBe(200);
});

test('readyz fails when the database has become a standby', async () => {
  const app = await startApp({ shared: { isShared: true, isWritable: async () => false } });
  const { status, json } = await app.call('GET', '/readyz');
  expect(status).toBe(503);
  expect(json.reasons).toEqual([
    { code: 'store-read-only', detail: 'The database only reads: it has become a standby.' },
  ]);
});

test('a process that only delivers answers health and metrics and nothing else', async () => {
  const app = await startApp({ roles: ['deliver'] });
  const statuses: unknown[] = [];
  for (const path of ['/healthz', '/readyz', '/metrics', '/v1/notifications', '/docs', '/openapi.json']) {
    statuses.push((await app.call('GET', path)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 404, 404, 404]);
});

test('readyz fails when the database cannot be read', async () => {
  const app = await startApp();
  await app.store.close();
  const { status, json } = await app.call('GET', '/readyz');
  expect(status).toBe(503);
  expect(json.reasons[0].code).toBe('store-unreadable');
});

test('metrics count changes, attempts, results, requests and the backlog, without ids', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  await app.call('POST', '/v1/state-changes', [change, { ...change, state: 10000 }]);
  await until(async () => {
    const { items } = (await app.call('GET', '/v1/notifications?result=1')).json;
    return items.length === 2 || undefined;
  });
  await app.call('POST', '/v1/endpoints/acme-main/pause');
  await app.call('POST', '/v1/state-changes', { ...change, state: 20000 });

  const metrics = await until(async () => {
    const { text, headers } = await app.call('GET', '/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    return text.includes('doorbell_notifications_settled_total{result="delivered"} 2') ? text : undefined;
  });
  for (const line of [
    'doorbell_changes_appended_total{transition="first"} 1',
    'doorbell_changes_appended_total{transition="legal"} 2',
    'doorbell_attempts_total{outcome="accepted",reason="accepted"} 2',
    'doorbell_attempt_duration_seconds_count{outcome="accepted"} 2',
    'doorbell_commit_to_first_attempt_seconds_count 2',
    'doorbell_notifications_pending 1',
    'doorbell_notifications_claimable 0',
    'doorbell_endpoints_paused 1',
    'doorbell_breakers_open 0',
    'doorbell_in_flight 0',
    'doorbell_store_readable 1',
    'doorbell_settlements_total{verdict="applied"} 2',
    'doorbell_store_duration_seconds_count{verb="append",ok="true"} 2',
    'doorbell_http_requests_total{method="PUT",route="/v1/endpoints/:endpointId",status="201"} 1',
  ]) {
    expect(metrics).toContain(line);
  }
  expect(metrics).toMatch(/^process_cpu_seconds_total /m);
  expect(metrics).not.toMatch(/acme|task-1/);
});

test('metrics tell of failures of the database, and when work was last asked for', async () => {
  const clock = new VirtualClock();
  const app = await startApp({ clock });
  const { text } = await app.call('GET', '/metrics');
  expect(text).toContain(`doorbell_last_round_timestamp_seconds ${clock.now() / 1_000}`);
  await app.store.close();
  await expect(app.engine.append([{ ...change, extra: {}, eventId: null }])).rejects.toThrow();
  const stopping = new AbortController();
  const running = app.engine.run(stopping.signal);
  const after = await until(async () => {
    const { text: now } = await app.call('GET', '/metrics');
    return now.includes('doorbell_engine_failures_total{doing="claim"}') ? now : undefined;
  });
  stopping.abort();
  await running;
  expect(after).toContain('doorbell_store_duration_seconds_count{verb="append",ok="false"} 1');
  expect(after).toContain('doorbell_store_readable 0');
});

test('an endpoint that does not know the key is paused with an alert that says what to do', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver({ state: 401, payload: 'who are you' });
  await addCustomer(app, { url: receiver.url });
  await app.call('POST', '/v1/state-changes', change);
  await until(async () => (await app.call('GET', '/v1/endpoints/acme-main')).json.pause ?? undefined);
  const alert = await until(async () =>
    app
      .logged()
      .split('\n')
      .find((line) => line.includes('endpoint-paused')),
  );
  expect(JSON.parse(alert)).toMatchObject({ level: 50, endpointId: 'acme-main', reason: 'unauthorized' });
  expect(JSON.parse(alert).msg).toMatch(/Agree on the key/);
});

test('a breaker that opens is told once, whatever was in flight, and once that it closed', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver({ state: 500, payload: 'down' });
  await addCustomer(app, { url: receiver.url });
  const tasks = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...change, houseTaskId: `${prefix}-${index}` }));
  const alerts = (name: string) =>
    app
      .logged()
      .split('\n')
      .filter((line) => line.includes(`"${name}"`));
  await app.call('POST', '/v1/state-changes', tasks('task', 20));
  await until(async () => alerts('breaker-opened')[0]);
  expect((await app.call('GET', '/v1/endpoints/acme-main')).json.breaker.state).toBe('open');

  receiver.answerWith({ state: 200, payload: 'Success' });
  await app.call('POST', '/v1/endpoints/acme-main/resume');
  await app.call('POST', '/v1/state-changes', tasks('later', 3));
  const closed = await until(async () => alerts('breaker-closed')[0]);
  expect(JSON.parse(closed)).toMatchObject({ level: 30, endpointId: 'acme-main' });
  expect([alerts('breaker-opened').length, alerts('breaker-closed').length]).toEqual([1, 1]);
});

test('a key reaches no log line, answer or metric, whatever happens to it', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver({ state: 401, payload: 'who' });
  const secret = `whsec_${Buffer.from('canary-canary-canary-canary-1234').toString('base64')}`;
  const seen: string[] = [];
  const call = async (method: string, path: string, body?: unknown) => {
    seen.push((await app.call(method, path, body)).text);
  };
  const endpoint = {
    customerId: 'acme',
    url: receiver.url,
    signKey: 'sign-key-canary',
    webhookSecret: secret,
  };
  const path = '/v1/endpoints/acme-main';
  await call('PUT', '/v1/customers/acme', { name: 'Acme' });
  await call('PUT', path, endpoint);
  await call('PUT', path, { ...endpoint, colour: 'red', signKey: `${'canary'.repeat(50)}` });
  await call('PUT', path, { ...endpoint, webhookSecret: 'canary' });
  await call('PUT', path, '{"signKey":canary,"webhookSecret":"canary\\u0000"}');
  await call('PUT', path, `{"signKey":"canary","signKey":"canary"}`);
  await call('POST', `${path}/test`);
  await call('POST', '/v1/state-changes', change);
  await until(async () => (await app.call('GET', path)).json.pause ?? undefined);
  await call('POST', `${path}/rotate-key`, { signKey: 'other-canary' });
  await call('POST', `${path}/rotate-key`, { signKey: 5, overlapMs: -1 });
  await call('GET', path);
  await call('GET', '/v1/endpoints');
  await call('GET', '/v1/notifications');
  await call('GET', '/metrics');
  await call('GET', '/openapi.json');
  const { items } = (await app.call('GET', '/v1/notifications')).json;
  await call('GET', `/v1/notifications/${items[0].id}`);

  const everything = seen.join('\n') + app.logged();
  expect(everything).not.toMatch(/canary/i);
  expect(everything).not.toContain(secret.slice(6, 30));
  expect(app.logged()).not.toContain(app.key);
});

test('a request is logged by its path and status, without query, headers or body', async () => {
  const app = await startApp();
  await app.call('GET', '/v1/notifications?houseId=house-9');
  const line =
    app
      .logged()
      .split('\n')
      .find((text) => text.includes('"request"')) ?? '';
  expect(JSON.parse(line)).toMatchObject({ method: 'GET', path: '/v1/notifications', status: 200 });
  expect(line).not.toMatch(/house-9|dbk_/);
});
