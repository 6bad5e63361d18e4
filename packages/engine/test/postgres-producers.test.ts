import { readFileSync } from 'node:fs';
import { encodeForm, taskStates, transitions } from '@doorbell/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { checkChanges, InvalidChanges } from '../src/append.ts';
import type { NewChange } from '../src/change.ts';
import { appendWithin } from '../src/stores/postgres/index.ts';
import { nameOf, World } from '../src/testing/store-contract/world.ts';
import { openTestStore, type PostgresUnderTest } from './postgres-test-store.ts';

await describeOnPostgres('producers in transactions of their own', (server) => {
  let subject: PostgresUnderTest;
  let world: World;

  // Producers run on the server's clock, so the store does, too.
  beforeEach(async () => {
    subject = await openTestStore(server, { serverClock: true });
    world = new World(subject);
    await world.setUp();
  });
  afterEach(() => subject.close());

  const call = `select doorbell.append_change('c1', 't1', $1, 'h1', 'p1', 'u1', '王', '{"cityId": "330100"}', $2) as seq`;

  it('record a change with the function, which answers with its sequence', async () => {
    expect(await subject.sql(call, 10_000, null)).toEqual([{ seq: 1 }]);
    expect(await subject.sql(call, 20_000, 'event-2')).toEqual([{ seq: 2 }]);
    expect(await subject.sql(call, 20_000, 'event-2')).toEqual([{ seq: 2 }]);
    const claim = await world.claimOne();
    expect(claim.change).toMatchObject({
      houseTaskId: 't1',
      houseId: 'h1',
      packageId: 'p1',
      userId: 'u1',
      userName: '王',
      state: 10_000,
      extra: { cityId: '330100' },
      transition: 'first',
    });
  });

  it('are answered alike by the function and by the store when an event is repeated', async () => {
    await subject.sql(call, 10_000, 'event-1');
    const same = {
      houseId: 'h1',
      packageId: 'p1',
      userName: '王',
      extra: { cityId: '330100' },
      eventId: 'event-1',
    };
    expect(await world.append('t1', 10_000, same)).toMatchObject({ sequence: 1, transition: 'first' });
    await expect(subject.sql(call, 20_000, 'event-1')).rejects.toMatchObject({ code: 'DBR01' });
  });

  it('notify nobody when they roll back', async () => {
    const producer = await subject.pool.connect();
    await producer.query('begin');
    await appendWithin(producer, [world.change('t1', 10_000)], { schema: subject.schema });
    await producer.query('rollback');
    producer.release();
    expect(await world.claim()).toEqual([]);
    expect(await world.store.findTasks('t1')).toEqual([]);
    expect(await world.append('t1', 10_000)).toMatchObject({ sequence: 1, transition: 'first' });
  });

  it('notify when they commit, and not before', async () => {
    const producer = await subject.pool.connect();
    await producer.query('begin');
    const appended = await appendWithin(producer, [world.change('t1', 10_000), world.change('t1', 20_000)], {
      schema: subject.schema,
    });
    expect(appended).toMatchObject([
      { sequence: 1, transition: 'first', endpoints: 1 },
      { sequence: 2, transition: 'legal', endpoints: 1 },
    ]);
    expect(await world.claim()).toEqual([]);
    await producer.query('commit');
    producer.release();
    expect((await world.claim()).map(nameOf)).toEqual(['t1.1']);
  });

  it.each([
    ['a task that has changed since', 't1'],
    ['a task that is new since', 't2'],
  ])('are told to start again when their snapshot is too old for %s', async (_what, task) => {
    await world.append('t1', 10_000);
    const producer = await subject.pool.connect();
    await producer.query('begin isolation level repeatable read');
    await producer.query('select 1 from pg_class limit 1');
    await world.append(task, 20_000);
    const { schema } = subject;
    await expect(appendWithin(producer, [world.change(task, 30_000)], { schema })).rejects.toMatchObject({
      code: '40001',
    });
    await producer.query('rollback');
    await producer.query('begin isolation level repeatable read');
    const [again] = await appendWithin(producer, [world.change(task, 30_000)], { schema });
    await producer.query('commit');
    producer.release();
    expect(again?.sequence).toBe(task === 't1' ? 3 : 2);
  });

  it('go on after a refusal from a savepoint', async () => {
    const producer = await subject.pool.connect();
    await producer.query('begin');
    await producer.query('savepoint before_append');
    const unknown = world.change('t1', 10_000, { customerId: 'nobody' });
    await expect(
      appendWithin(producer, [world.change('t2', 10_000), unknown], { schema: subject.schema }),
    ).rejects.toMatchObject({ name: 'AppendRefused', reason: 'unknown-customer', index: 1 });
    await producer.query('rollback to savepoint before_append');
    await appendWithin(producer, [world.change('t2', 10_000)], { schema: subject.schema });
    await producer.query('commit');
    producer.release();
    expect((await world.claim()).map(nameOf)).toEqual(['t2.1']);
  });

  it('are told every fault of what the contract does not allow, before anything is sent', async () => {
    const wrong = world.change('', 77, { userName: 'a\0b' });
    await expect(appendWithin(subject.pool, [wrong], { schema: subject.schema })).rejects.toMatchObject({
      name: 'InvalidChanges',
      faults: [{ field: 'state' }, { field: 'houseTaskId' }, { field: 'userName' }],
    });
  });

  it.each([
    ['a state that is not notified', `'c1', 't1', -1, 'h', 'p', 'u', ''`, /state -1/],
    ['an empty id', `'c1', '', 0, 'h', 'p', 'u', ''`, /house_task_id must have 1 to 32/],
    ['a null', `'c1', 't1', 0, null, 'p', 'u', ''`, /house_id/],
    ['an id that is too long', `'c1', 't1', 0, 'h', repeat('p', 129), 'u', ''`, /package_id/],
    ['a control character', `'c1', 't1', 0, 'h', 'p', 'u', E'a\\nb'`, /user_name must not contain control/],
    [
      'an extra parameter that is a number',
      `'c1', 't1', 0, 'h', 'p', 'u', '', '{"a": 1}'`,
      /extra parameter a/,
    ],
    [
      'an extra parameter named as a field',
      `'c1', 't1', 0, 'h', 'p', 'u', '', '{"sign": "x"}'`,
      /parameter sign/,
    ],
    ['for no customer', `null, 't1', 0, 'h', 'p', 'u', ''`, /customer_id must be given/],
    [
      'extras that are no object',
      `'c1', 't1', 0, 'h', 'p', 'u', '', '["a"]'`,
      /extra must be an object of texts, not array/,
    ],
    [
      'an eventId with a control character',
      `'c1', 't1', 0, 'h', 'p', 'u', '', '{}', E'a\\u0085'`,
      /event_id must not/,
    ],
  ])('may not record %s with the function', async (_what, values, message) => {
    await expect(subject.sql(`select doorbell.append_change(${values})`)).rejects.toThrow(message);
    expect(await world.store.findTasks('t1')).toEqual([]);
  });

  it.each<[string, Partial<NewChange>]>([
    ['32 characters, each of two units', { houseTaskId: '😀'.repeat(17) }],
    ['64 units', { houseId: '😀'.repeat(32) }],
    ['65 units', { houseId: `${'😀'.repeat(32)}x` }],
    ['4,096 units', { userName: '😀'.repeat(2_048) }],
    ['4,097 units', { userName: `${'😀'.repeat(2_048)}x` }],
    ['the last of the first plane', { userName: '\uffff'.repeat(4_096) }],
    ['an extra parameter of 4,096', { extra: { a: 'x'.repeat(4_096) } }],
    ['an extra parameter of 4,097', { extra: { a: 'x'.repeat(4_097) } }],
    ['58 extra parameters', { extra: extras(58, 'x') }],
    ['59 extra parameters', { extra: extras(59, 'x') }],
    ['a form of 65,536 bytes', ofBytes(65_536)],
    ['a form of 65,537 bytes', ofBytes(65_537)],
    ['a form of Chinese', { userName: '王'.repeat(4_096), extra: extras(4, '小明'.repeat(1_000)) }],
  ])('may record %s with the function exactly when it can be sent', async (_what, fields) => {
    const change = world.change('t1', 10_000, fields);
    const faults = faultsOf(change);
    const { customerId, houseTaskId, state, houseId, packageId, userId, userName, extra } = change;
    const values = [
      customerId,
      houseTaskId,
      state,
      houseId,
      packageId,
      userId,
      userName,
      JSON.stringify(extra),
    ];
    const recorded = subject.sql(
      'select doorbell.append_change($1, $2, $3, $4, $5, $6, $7, $8) as seq',
      ...values,
    );
    if (faults.length === 0) expect(await recorded).toEqual([{ seq: 1 }]);
    else await expect(recorded).rejects.toMatchObject({ code: '22023' });
  });

  it('need the right to call the function, and no other', async () => {
    const role = `${subject.schema}_producer`;
    await subject.sql(`create role ${role}; grant usage on schema ${subject.schema} to ${role}`);
    const producer = await subject.pool.connect();
    const named = call.replaceAll('doorbell.', `${subject.schema}.`);
    try {
      await producer.query(`set role ${role}`);
      await expect(producer.query(named, [10_000, null])).rejects.toThrow(/permission denied/);
      await producer.query('reset role');
      await producer.query(`grant execute on function ${subject.schema}.append_change to ${role}`);
      await producer.query(`set role ${role}`);
      expect((await producer.query(named, [10_000, null])).rows).toEqual([{ seq: 1 }]);
      await expect(producer.query(`select * from ${subject.schema}.task`)).rejects.toThrow(
        /permission denied/,
      );
    } finally {
      await producer.query(`reset role; drop owned by ${role}; drop role ${role}`);
      producer.release();
    }
  });

  it('find the contract in the database as it is in the code', async () => {
    const states = await subject.sql<{ code: number }>('select code from doorbell.task_state order by code');
    expect(states.map(({ code }) => code)).toEqual(
      taskStates.filter(({ notified }) => notified).map(({ code }) => code),
    );
    const steps = await subject.sql<{ step: string }>(
      `select from_state || '-' || to_state as step from doorbell.transition`,
    );
    const expected = [...transitions].flatMap(([from, next]) => next.map(({ to }) => `${from}-${to}`));
    expect(steps.map(({ step }) => step).sort()).toEqual(expected.sort());
  });

  it.each([
    'update doorbell.change set state = 0',
    'delete from doorbell.change',
    'truncate doorbell.change',
  ])('cannot rewrite the ledger: %s', async (statement) => {
    await world.append('t1', 10_000);
    await expect(subject.sql(statement)).rejects.toThrow('The ledger of changes is append-only.');
  });

  it('find the SQL of the documentation working as it is printed', async () => {
    const page = readFileSync(new URL('../../../docs/PRODUCERS.md', import.meta.url), 'utf8');
    const [grants = '', printed = ''] = [...page.matchAll(/```sql\n(.+?)```/gs)].map(
      ([, text]) => text ?? '',
    );
    const producer = `${subject.schema}_writer`;
    await world.customer('acme');
    await subject.sql(`create role ${producer}`);
    try {
      await subject.sql(
        grants
          .replaceAll('schema doorbell', `schema ${subject.schema}`)
          .replaceAll('to producer', `to ${producer}`),
      );
      const client = await subject.pool.connect();
      try {
        await client.query(`set role ${producer}`);
        const { rows } = await client.query(printed.replaceAll('doorbell.', `${subject.schema}.`));
        expect(rows).toEqual([{ append_change: 1 }]);
        await client.query('reset role');
      } finally {
        client.release();
      }
      expect(await world.store.findTasks('T1')).toMatchObject([{ customerId: 'acme', state: 20_000 }]);
    } finally {
      await subject.sql(`drop owned by ${producer}; drop role ${producer}`);
    }
  });

  it('leave times to the clock of the server', async () => {
    const appended = await world.append('t1', 10_000);
    const [row] = await subject.sql<{ age: number }>(
      'select doorbell.now_ms(null)::float8 - $1::float8 as age',
      appended.createdAt,
    );
    expect(row?.age).toBeGreaterThanOrEqual(0);
    expect(row?.age).toBeLessThan(60_000);
  });
});

function extras(count: number, value: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index + 10}`, value]));
}

/** What the contract has against it. */
function faultsOf(change: NewChange): readonly unknown[] {
  try {
    checkChanges([change]);
    return [];
  } catch (error) {
    return error instanceof InvalidChanges ? error.faults : [error];
  }
}

/** Fields of a change of t1 whose form has so many bytes. */
function ofBytes(bytes: number): Partial<NewChange> {
  const ids = { houseTaskId: 't1', houseId: 'h', packageId: 'p', userId: 'u', userName: "'".repeat(1_365) };
  const most = { ...extras(14, 'a b-'.repeat(1_024)), z: '' };
  const padding = bytes - encodeForm(Object.entries({ ...ids, state: '10000', ...most })).length;
  return { ...ids, extra: { ...most, z: 'x'.repeat(padding) } };
}
