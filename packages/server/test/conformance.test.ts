import { listCases } from '@doorbell/conformance';
import { VirtualClock } from '@doorbell/engine/testing';
import { expect, onTestFinished, test } from 'vitest';
import { createListener, serve } from '../../../test/conformance/careful-receiver.ts';
import { openBrowserOfCustomer } from './browser.ts';
import { startReceiver, until } from './receiver.ts';
import { addCustomer, startApp, type TestApp } from './start-app.ts';
import { readStream, type Watcher } from './watch-tail.ts';

const signKey = 'CdLvNRRQvy0xjORPNvuVaA';
const path = '/v1/endpoints/acme-main/conformance';

interface Judging {
  readonly body?: object;
  readonly headers?: Record<string, string>;
  readonly endpointId?: string;
}

function judge(
  app: TestApp,
  { body = {}, headers, endpointId = 'acme-main' }: Judging = {},
): Promise<Watcher> {
  return readStream(app, `/v1/endpoints/${endpointId}/conformance`, {
    method: 'POST',
    headers: headers ?? { authorization: `Bearer ${app.key}` },
    body,
  });
}

/** The data of the last event, once the stream has ended. */
async function reportOf({ response, events }: Watcher) {
  await until(async () => response.complete || undefined);
  const last = events.at(-1);
  expect(last?.name).toBe('report');
  return last?.data ?? {};
}

const casesOf = ({ events }: Watcher) => events.flatMap(({ name, data }) => (name === 'case' ? [data] : []));

test('an endpoint is judged by every case of the kit, one event for each, and then graded', async () => {
  const app = await startApp();
  const { url, stop } = await serve(createListener());
  onTestFinished(stop);
  await addCustomer(app, { url, signKey });
  const run = await judge(app);
  expect(run.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  const report = await reportOf(run);
  const ids = listCases().map(({ id }) => id);
  expect(run.events[0]).toMatchObject({
    name: 'start',
    data: { runId: expect.stringMatching(/^[0-9a-f]{8}$/) },
  });
  expect(run.events[0]?.data.cases).toMatchObject(ids.map((id) => ({ id })));
  expect(casesOf(run).map(({ id }) => id)).toEqual(ids);
  expect(report).toMatchObject({ endpoint: 'answered', conforms: true, ended: false, detail: null });
  expect(['A', 'B', 'C']).toContain(report.grade);
  expect(String(report.junit)).toContain(`tests="${ids.length}"`);
});

test('a failed case shows what was sent and answered and how to mend it, and no key is in the stream', async () => {
  const app = await startApp();
  const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const receiver = await startReceiver({ state: 200, payload: 'your key is sign-key-canary' });
  await addCustomer(app, { url: receiver.url, webhookSecret });
  const run = await judge(app);
  const report = await reportOf(run);
  expect(report).toMatchObject({ grade: 'F', conforms: false });
  const failed = casesOf(run).find(({ id }) => id === 'sign-of-another-key') ?? {};
  expect(failed).toMatchObject({ outcome: 'failed', group: 'sign', hint: expect.stringMatching(/.{20}/) });
  expect(failed.exchanges).toMatchObject([
    { request: expect.stringContaining('POST /doorbell'), answer: expect.stringContaining('HTTP 200') },
  ]);
  const shown = JSON.stringify(run.events);
  expect(shown).toContain('your key is ********');
  expect(shown).not.toContain('sign-key-canary');
  expect(shown).not.toContain(webhookSecret);
});

test('every id that is sent begins with the run, or is the house that was given', async () => {
  const app = await startApp();
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  const run = await judge(app, { body: { houseId: 'house-7' } });
  await reportOf(run);
  const { runId } = run.events[0]?.data ?? {};
  const plain = new URLSearchParams(receiver.requests[0]?.body);
  expect(plain.get('houseTaskId')).toBe(`ct-${runId}-001X`);
  expect(plain.get('houseId')).toBe('house-7');
});

test('the run stands in the audit log, and nothing of it among the notifications', async () => {
  const app = await startApp();
  const receiver = await startReceiver({ state: 500, payload: '' });
  await addCustomer(app, { url: receiver.url });
  const run = await judge(app);
  await reportOf(run);
  const { json } = await app.call('GET', '/v1/audit-log?action=endpoint.conformance');
  expect(json.items).toMatchObject([{ target: 'acme-main', after: { runId: run.events[0]?.data.runId } }]);
  expect((await app.call('GET', '/v1/notifications')).json.items).toEqual([]);
});

test('an address that deliveries may not reach is not reached by the kit, whatever it was when it was saved', async () => {
  const app = await startApp();
  await addCustomer(app, { url: 'http://127.0.0.1:9/' });
  const stored = await app.store.findEndpoint('acme-main');
  // Past the check of the API, as an address that a later configuration forbids.
  await app.store.putEndpoint({ ...stored, url: 'http://10.0.0.1/' } as never);
  const run = await judge(app);
  const report = await reportOf(run);
  expect(report).toMatchObject({ endpoint: 'unreachable', grade: null, conforms: false });
  expect(report.detail).toMatch(/10\.0\.0\.1 .*private/);
  expect(casesOf(run)).toEqual([]);
});

test('an endpoint has one run at a time, and is free again when it is over', async () => {
  const app = await startApp();
  const receiver = await startReceiver({ state: 500, payload: '' });
  await addCustomer(app, { url: receiver.url });
  const gate = receiver.hold();
  const first = await judge(app);
  await until(async () => receiver.requests[0]);
  const second = await app.call('POST', path, {});
  expect([second.status, second.json.type]).toEqual([409, '/problems/conformance-running']);
  gate.release();
  await reportOf(first);
  await reportOf(await judge(app));
});

test('an endpoint is judged six times in ten minutes at most', async () => {
  const app = await startApp();
  const receiver = await startReceiver({ state: 500, payload: '' });
  await addCustomer(app, { url: receiver.url });
  for (let run = 0; run < 6; run += 1) await reportOf(await judge(app));
  const sent = receiver.requests.length;
  const seventh = await app.call('POST', path, {});
  expect([seventh.status, seventh.json.type]).toEqual([429, '/problems/too-many-requests']);
  expect(Number(seventh.headers['retry-after'])).toBeGreaterThan(500);
  expect(receiver.requests.length).toBe(sent);
});

test('a lost connection ends the run, and every request of it', async () => {
  const app = await startApp();
  const asked = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  let requests = 0;
  const { url, stop } = await serve((request) => {
    requests += 1;
    request.socket.once('close', () => closed.resolve());
    asked.resolve();
  });
  onTestFinished(stop);
  await addCustomer(app, { url });
  const run = await judge(app);
  await asked.promise;
  run.response.destroy();
  await closed.promise;
  await until(async () => ((await app.connections()) === 0 ? true : undefined));
  expect(requests).toBe(1);
});

test('a run that takes five minutes is ended, and what was judged by then is told', async () => {
  const clock = new VirtualClock();
  const app = await startApp({ clock });
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  receiver.hold();
  const run = await judge(app);
  await until(async () => receiver.requests[0]);
  // The endpoint answers nothing, so every wait is the virtual clock's.
  const ended = until(async () => {
    clock.advance(5_000);
    return run.response.complete || undefined;
  });
  await ended;
  const report = await reportOf(run);
  expect(report).toMatchObject({ conforms: false });
  expect(casesOf(run)[0]).toMatchObject({ outcome: 'failed' });
});

test('who is signed out is judged no further', async () => {
  const clock = new VirtualClock();
  const app = await startApp({ clock });
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  receiver.hold();
  const { cookie, csrfToken } = await openBrowserOfCustomer(app, 'acme');
  const own = { cookie, 'x-csrf-token': csrfToken, 'sec-fetch-site': 'same-origin' };
  const run = await judge(app, { headers: own });
  await until(async () => receiver.requests[0]);
  const listed = await app.call('GET', '/v1/portal-links?customerId=acme');
  for (const { id } of listed.json.items) await app.call('DELETE', `/v1/portal-links/${id}`);
  await until(async () => {
    clock.advance(5_000);
    return run.response.complete || undefined;
  });
  expect(await reportOf(run)).toMatchObject({ ended: true, grade: null });
});

test('an endpoint without a sign key cannot be judged', async () => {
  const app = await startApp();
  await addCustomer(app, { signKey: null });
  const answer = await app.call('POST', path, {});
  expect([answer.status, answer.json.type]).toEqual([409, '/problems/unsigned-endpoint']);
});

test('a server that stops ends the run', async () => {
  const app = await startApp();
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  receiver.hold();
  const run = await judge(app);
  await until(async () => receiver.requests[0]);
  await app.close();
  await until(async () => run.response.complete || undefined);
  expect(await reportOf(run)).toMatchObject({ ended: true });
});
