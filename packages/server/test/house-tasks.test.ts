import { expect, test } from 'vitest';
import { addCustomer, change, startApp } from './start-app.ts';

test('a house task shows its state now and every change', async () => {
  const app = await startApp();
  await addCustomer(app);
  await app.call('POST', '/v1/state-changes', [
    { ...change, extra: { cityId: '110000' }, eventId: 'e1' },
    { ...change, state: 50000, packageId: 'package-2' },
  ]);
  const { status, json } = await app.call('GET', '/v1/house-tasks/task-1');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    customerId: 'acme',
    houseTaskId: 'task-1',
    packageId: 'package-2',
    lastSequence: 2,
  });
  expect(json).toMatchObject({ state: 50000, stateName: 'done', userName: '李雷' });
  expect(json.changes).toMatchObject([
    { sequence: 1, state: 9000, transition: 'first', extra: { cityId: '110000' }, eventId: 'e1' },
    { sequence: 2, state: 50000, transition: 'illegal', extra: {}, eventId: null },
  ]);
  expect((await app.call('GET', '/v1/house-tasks/nothing')).status).toBe(404);
});

test('house tasks are listed with filters, page by page', async () => {
  const app = await startApp();
  await addCustomer(app);
  await app.call('POST', '/v1/state-changes', [
    change,
    { ...change, houseTaskId: 'task-2', houseId: 'house-2' },
    { ...change, houseTaskId: 'task-3', state: 10000 },
  ]);
  const find = async (query: string) =>
    (await app.call('GET', `/v1/house-tasks?${query}`)).json.items
      .map(({ houseTaskId }: { houseTaskId: string }) => houseTaskId)
      .toSorted();
  expect(await find('customerId=acme')).toEqual(['task-1', 'task-2', 'task-3']);
  expect(await find('customerId=other')).toEqual([]);
  expect(await find('houseId=house-2')).toEqual(['task-2']);
  expect(await find('state=10000')).toEqual(['task-3']);

  const first = (await app.call('GET', '/v1/house-tasks?limit=2')).json;
  const second = (await app.call('GET', `/v1/house-tasks?limit=2&cursor=${first.next}`)).json;
  expect([first.items.length, second.items.length, second.next]).toEqual([2, 1, null]);
});

test('an id that several customers have must be told apart by customerId', async () => {
  const app = await startApp();
  await addCustomer(app);
  await app.call('PUT', '/v1/customers/other', { name: 'Other' });
  await app.call('POST', '/v1/state-changes', [change, { ...change, customerId: 'other', state: 20000 }]);
  const ambiguous = await app.call('GET', '/v1/house-tasks/task-1');
  expect([ambiguous.status, ambiguous.json.type]).toEqual([409, '/problems/ambiguous-house-task']);
  const one = await app.call('GET', '/v1/house-tasks/task-1?customerId=other');
  expect([one.status, one.json.state]).toEqual([200, 20000]);
});

test('an id with a slash and non-ASCII letters is found by its encoded path', async () => {
  const app = await startApp();
  await addCustomer(app);
  await app.call('POST', '/v1/state-changes', { ...change, houseTaskId: '房/1 ?' });
  const { status, json } = await app.call('GET', `/v1/house-tasks/${encodeURIComponent('房/1 ?')}`);
  expect([status, json.houseTaskId]).toEqual([200, '房/1 ?']);
});
