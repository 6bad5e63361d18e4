import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { addCustomer, change, faultsOf, startApp } from './start-app.ts';

const path = '/v1/state-changes';

test('one change is answered 202 with its sequence, an array by an array', async () => {
  const app = await startApp();
  await addCustomer(app);

  const one = await app.call('POST', path, change);
  expect(one.status).toBe(202);
  expect(one.json).toMatchObject({ customerId: 'acme', houseTaskId: 'task-1', sequence: 1, state: 9000 });
  expect(one.json).toMatchObject({ transition: 'first', endpoints: 1, warnings: [] });
  expect(one.json.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

  const two = await app.call('POST', path, [
    { ...change, state: 10000 },
    { ...change, state: 50000, extra: { cityId: '110000' } },
  ]);
  expect(two.status).toBe(202);
  expect(two.json.map((item: Record<string, unknown>) => [item.sequence, item.transition])).toEqual([
    [2, 'legal'],
    [3, 'illegal'],
  ]);
});

test('a repeated eventId is answered as the first time', async () => {
  const app = await startApp();
  await addCustomer(app);
  const first = await app.call('POST', path, { ...change, eventId: 'e1' });
  const again = await app.call('POST', path, { ...change, eventId: 'e1' });
  expect(again.status).toBe(202);
  expect(again.json).toEqual(first.json);

  const other = await app.call('POST', path, [{ ...change, eventId: 'e1', state: 10000 }]);
  expect(other.status).toBe(409);
  expect(other.json.type).toBe('/problems/event-id-reused');
  expect(faultsOf(other)).toEqual(['/0/eventId event-id-reused']);
});

test('a customer that does not exist is 404, a refused transition 409, and nothing of the batch is stored', async () => {
  const app = await startApp();
  await addCustomer(app);
  await app.call('PUT', '/v1/customers/acme', { name: 'Acme Homes', onIllegalTransition: 'refuse' });

  const unknown = await app.call('POST', path, [change, { ...change, customerId: 'nobody' }]);
  expect([unknown.status, ...faultsOf(unknown)]).toEqual([404, '/1/customerId unknown-customer']);

  const illegal = await app.call('POST', path, [change, { ...change, state: 50000 }]);
  expect([illegal.status, ...faultsOf(illegal)]).toEqual([409, '/1/state illegal-transition']);

  const tasks = await app.call('GET', '/v1/house-tasks');
  expect(tasks.json.items).toEqual([]);
});

test('a batch with one bad item stores nothing and names the field', async () => {
  const app = await startApp();
  await addCustomer(app);
  const batch = Array.from({ length: 5 }, (_, index) => ({ ...change, houseTaskId: `task-${index}` }));
  const answer = await app.call('POST', path, batch.with(3, { ...change, houseTaskId: 'x'.repeat(33) }));
  expect([answer.status, ...faultsOf(answer)]).toEqual([400, '/3/houseTaskId field-too-long']);
  expect((await app.call('GET', '/v1/house-tasks')).json.items).toEqual([]);
  expect((await app.call('GET', '/v1/notifications')).json.items).toEqual([]);
});

test('every offending field of every item is named, whether its type or its value is wrong', async () => {
  const app = await startApp();
  const { userId: _, ...withoutUser } = change;
  const answer = await app.call('POST', path, [
    { ...withoutUser, state: '9000', colour: 'red' },
    { ...change, houseId: 'h'.repeat(65), packageId: 7 },
    change,
    { ...change, state: 12345, extra: { state: 'x', ok: 5 }, eventId: '' },
    'change',
  ]);
  expect(answer.status).toBe(400);
  expect(new Set(faultsOf(answer))).toEqual(
    new Set([
      '/0/state field-not-integer',
      '/0/userId field-missing',
      '/0/colour field-undeclared',
      '/1/houseId field-too-long',
      '/1/packageId field-not-text',
      '/3/state state-unknown',
      '/3/extra/state extra-name-taken',
      '/3/extra/ok field-not-text',
      '/3/eventId field-too-short',
      '/4 field-not-allowed',
    ]),
  );
});

test.each([
  ['an over-long id', { houseTaskId: 'x'.repeat(33) }, '/houseTaskId field-too-long'],
  ['an empty id', { packageId: '' }, '/packageId field-too-short'],
  ['a state that does not exist', { state: 12345 }, '/state state-unknown'],
  ['a state that is never notified', { state: -1 }, '/state state-never-notified'],
  ['a fraction as state', { state: 9000.5 }, '/state field-not-integer'],
  ['a state as text', { state: '9000' }, '/state field-not-integer'],
  ['no state', { state: undefined }, '/state field-missing'],
  ['null', { userName: null }, '/userName field-not-text'],
  ['an unknown field', { houseTaskID: 'x' }, '/houseTaskID field-undeclared'],
  ['NUL', { userName: 'a\u0000b' }, '/userName field-control-character'],
  ['a control character in an id', { houseTaskId: 'a\nb' }, '/houseTaskId field-control-character'],
  ['an extra parameter named like a field', { extra: { userId: 'x' } }, '/extra/userId extra-name-taken'],
  ['an extra parameter with a bad name', { extra: { '1x': 'x' } }, '/extra/1x extra-name-malformed'],
  ['an extra parameter that is not text', { extra: { cityId: 5 } }, '/extra/cityId field-not-text'],
  ['an over-long eventId', { eventId: 'e'.repeat(129) }, '/eventId field-too-long'],
  ['a customerId of another alphabet', { customerId: 'a/b' }, '/customerId field-not-allowed'],
])('%s is refused with 400 naming the field', async (_what, wrong, fault) => {
  const app = await startApp();
  const answer = await app.call('POST', path, { ...change, ...wrong });
  expect([answer.status, ...faultsOf(answer)]).toEqual([400, fault]);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
});

test('a list of faults is cut at 100 and says so', async () => {
  const app = await startApp();
  const answer = await app.call(
    'POST',
    path,
    Array.from({ length: 1_000 }, () => ({})),
  );
  expect(answer.status).toBe(400);
  expect(answer.json.errors).toHaveLength(100);
  expect(answer.json.detail).toMatch(/Only the first 100/);
});

test.each([
  ['no change at all', [], ' field-too-short'],
  ['more than 1,000', Array.from({ length: 1_001 }, () => change), ' field-too-long'],
  ['text', '"change"', ' field-not-allowed'],
  ['nothing', '', ' field-missing'],
])('a body of %s is refused', async (_what, body, fault) => {
  const app = await startApp();
  const answer = await app.call('POST', path, body);
  expect([answer.status, ...faultsOf(answer)]).toEqual([400, fault]);
});

test('a batch of 1,000 changes goes through', async () => {
  const app = await startApp();
  await addCustomer(app);
  const batch = Array.from({ length: 1_000 }, (_, index) => ({ ...change, houseTaskId: `task-${index}` }));
  const answer = await app.call('POST', path, batch);
  expect([answer.status, answer.json.length]).toEqual([202, 1_000]);
});

test('values that make the MD5 text ambiguous are warned about', async () => {
  const app = await startApp();
  await addCustomer(app);
  const answer = await app.call('POST', path, { ...change, userName: 'lilei7', packageId: 'p1' });
  expect(answer.status).toBe(202);
  const warned = answer.json.warnings.map(({ code, field }: Record<string, string>) => `${code} ${field}`);
  expect(warned).toEqual(['weak-seam packageId', 'weak-seam userName']);
});

test('a database that fails is answered 503, never 202', async () => {
  const app = await startApp();
  await addCustomer(app);
  const vandal = new DatabaseSync(join(app.directory, 'doorbell.db'));
  vandal.exec('pragma foreign_keys = off; drop table change');
  vandal.close();
  const answer = await app.call('POST', path, change);
  expect([answer.status, answer.json.type]).toEqual([503, '/problems/store-unavailable']);
  expect(answer.headers['retry-after']).toBe('5');
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.text).not.toMatch(/node_modules|\.ts:|SQLITE|no such table/);
});
