import { expect, test } from 'vitest';
import { startReceiver, until } from './receiver.ts';
import { addCustomer, change, faultsOf, startApp, type TestApp } from './start-app.ts';

async function append(app: TestApp, ...changes: readonly object[]): Promise<void> {
  const answer = await app.call(
    'POST',
    '/v1/state-changes',
    changes.map((given) => ({ ...change, ...given })),
  );
  if (answer.status !== 202) throw new Error(answer.text);
}

function idsOf(items: readonly { houseTaskId: string; sequence: number }[]): readonly string[] {
  return items.map(({ houseTaskId, sequence }) => `${houseTaskId}.${sequence}`);
}

test('notifications are found by every filter, newest first, page by page', async () => {
  const app = await startApp();
  await addCustomer(app);
  await append(
    app,
    { state: 9000 },
    { state: 10000 },
    { houseTaskId: 'task-2', houseId: 'house-2', state: 9000 },
  );

  const find = async (query: string) =>
    idsOf((await app.call('GET', `/v1/notifications?${query}`)).json.items);
  const all = ['task-2.1', 'task-1.2', 'task-1.1'];
  expect(await find('')).toEqual(all);
  expect(await find('customerId=acme&endpointId=acme-main&result=0')).toEqual(all);
  expect(await find('customerId=other')).toEqual([]);
  expect(await find('endpointId=other')).toEqual([]);
  expect(await find('houseTaskId=task-1')).toEqual(['task-1.2', 'task-1.1']);
  expect(await find('houseId=house-2')).toEqual(['task-2.1']);
  expect(await find('state=9000')).toEqual(['task-2.1', 'task-1.1']);
  expect(await find('result=1')).toEqual([]);
  expect(await find('from=2020-01-01T00:00:00Z&to=2100-01-01T08:00:00%2B08:00')).toEqual(all);
  expect(await find('to=2020-01-01')).toEqual([]);
  expect(await find(`from=${Date.UTC(2100, 0, 1)}`)).toEqual([]);

  expect(await find('order=oldest&result=0')).toEqual(all.toReversed());
  expect(faultsOf(await app.call('GET', '/v1/notifications?order=random'))).toHaveLength(1);

  const seen: string[] = [];
  let path = '/v1/notifications?limit=1';
  for (let pages = 0; pages < 4; pages += 1) {
    const { items, next } = (await app.call('GET', path)).json;
    seen.push(...idsOf(items));
    if (next === null) break;
    path = `/v1/notifications?limit=1&cursor=${next}`;
  }
  expect(seen).toEqual(all);
});

test('a pending notification says what it waits for', async () => {
  const app = await startApp();
  await addCustomer(app);
  await append(app, { state: 9000 }, { state: 10000 });
  const { items } = (await app.call('GET', '/v1/notifications')).json;
  expect(items[1]).toMatchObject({
    result: 0,
    resultName: 'pending',
    waiting: { for: 'delivery' },
    attemptCount: 0,
  });
  expect(items[0].waiting).toEqual({ for: 'earlier-change', sequence: 1 });
  expect(items[0].explanation).toBe(
    'Pending: it waits for change 1 of the same task, because a task is notified in order.',
  );
  await app.call('POST', '/v1/endpoints/acme-main/pause', { detail: 'They are moving.' });
  const paused = await app.call('GET', `/v1/notifications/${items[1].id}`);
  expect(paused.json.waiting).toEqual({ for: 'endpoint-paused' });
  expect(paused.json.explanation).toMatch(
    /^Pending: the endpoint is paused since .*They are moving\.\) Resume it/,
  );
  expect(paused.json.attempts).toEqual([]);
});

test('a delivered notification shows the exchange: what was sent, what came back, why it counted', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  await append(app, {});
  const [{ id }] = (await app.call('GET', '/v1/notifications')).json.items;
  const detail = await until(async () => {
    const { json } = await app.call('GET', `/v1/notifications/${id}`);
    return json.result === 1 ? json : undefined;
  });

  expect(detail).toMatchObject({ resultName: 'delivered', attemptCount: 1, waiting: null });
  expect(detail.explanation).toBe('Delivered: the customer accepted it.');
  const [attempt] = detail.attempts;
  expect(attempt).toMatchObject({
    number: 1,
    post: 1,
    outcome: 'accepted',
    reason: 'accepted',
    key: 'current',
    fenced: false,
    response: { httpStatus: 200, state: 200, body: '{"state":200,"payload":"Success"}' },
  });
  const [received] = receiver.requests;
  expect(attempt.request.body).toBe(received?.body);
  expect(attempt.request.sign).toBe(received?.headers.sign);
  expect(attempt.request.headers['webhook-id']).toBe('task-1.1');
});

test('one refused notification, or all that match a filter, are sent again; a preview only counts', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver({ state: 403, payload: 'no' });
  await addCustomer(app, { url: receiver.url });
  await append(app, { houseTaskId: 'a' }, { houseTaskId: 'b' }, { houseTaskId: 'c' });
  const refused = () =>
    until(async () => {
      const { items } = (await app.call('GET', '/v1/notifications?result=2')).json;
      return items.length === 3 ? items : undefined;
    });
  const items = await refused();
  expect(items[0].explanation).toMatch(/^Refused: .*It said: no\.$/);

  const body = { filter: { customerId: 'acme', result: 2 } };
  const preview = await app.call('POST', '/v1/notifications/resend', { ...body, dryRun: true });
  expect([preview.status, preview.json]).toEqual([200, { matched: 3, dryRun: true }]);
  expect(receiver.requests).toHaveLength(3);

  receiver.answerWith({ state: 200, payload: 'Success' });
  const one = await app.call('POST', `/v1/notifications/${items[0].id}/resend`);
  expect([one.status, one.json]).toEqual([202, { resent: 1 }]);
  await until(
    async () => (await app.call('GET', `/v1/notifications/${items[0].id}`)).json.result === 1 || undefined,
  );

  const rest = await app.call('POST', '/v1/notifications/resend', body);
  expect([rest.status, rest.json]).toEqual([202, { resent: 2, dryRun: false }]);
  await until(async () => {
    const { items: delivered } = (await app.call('GET', '/v1/notifications?result=1')).json;
    return delivered.length === 3 || undefined;
  });
  const again = await app.call('POST', '/v1/notifications/resend', { ...body, dryRun: true });
  expect(again.json.matched).toBe(0);
});

test.each([
  ['an empty filter', { filter: {} }, '/filter field-too-short'],
  ['no filter', {}, '/filter field-missing'],
  ['an unknown filter', { filter: { colour: 'red' } }, '/filter/colour field-undeclared'],
  ['a state as text', { filter: { state: '9000' } }, '/filter/state field-not-integer'],
  ['a time that is none', { filter: { from: 'yesterday' } }, '/filter/from field-not-allowed'],
  ['a dryRun that is no boolean', { filter: { state: 9000 }, dryRun: 'yes' }, '/dryRun field-not-allowed'],
])('a resend with %s is refused', async (_what, body, fault) => {
  const app = await startApp();
  const answer = await app.call('POST', '/v1/notifications/resend', body);
  expect([answer.status, ...faultsOf(answer)]).toEqual([400, fault]);
});

test('a notification that does not exist is 404', async () => {
  const app = await startApp();
  for (const id of ['n1-1', 'nonsense', 'n0-0', `n${'9'.repeat(40)}-1`]) {
    expect((await app.call('GET', `/v1/notifications/${id}`)).status).toBe(404);
    expect((await app.call('POST', `/v1/notifications/${id}/resend`)).status).toBe(404);
  }
});
