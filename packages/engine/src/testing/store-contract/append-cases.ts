import { expect } from 'vitest';
import type { Cases } from '../store-contract.ts';

export const appendCases: Cases = {
  'numbers the changes of a task from 1 without gaps': async (world) => {
    await world.setUp();
    const first = await world.append('t1', 10_000);
    const second = await world.append('t1', 20_000);
    const other = await world.append('t2', 10_000);
    expect([first.sequence, second.sequence, other.sequence]).toEqual([1, 2, 1]);
  },

  'answers with what was recorded': async (world) => {
    await world.setUp();
    expect(await world.append('t1', 10_000)).toEqual({
      customerId: 'c1',
      houseTaskId: 't1',
      sequence: 1,
      state: 10_000,
      transition: 'first',
      createdAt: world.clock.now(),
      endpoints: 1,
    });
  },

  'numbers a task densely within one batch, too': async (world) => {
    await world.setUp();
    const batch = [10_000, 20_000, 30_000].map((state) => world.change('t1', state));
    const appended = await world.store.append(batch);
    expect(appended.map((each) => each.sequence)).toEqual([1, 2, 3]);
    expect(appended.map((each) => each.transition)).toEqual(['first', 'legal', 'legal']);
  },

  'numbers densely when many append to one task at once': async (world) => {
    await world.setUp();
    const appended = await Promise.all(Array.from({ length: 20 }, () => world.append('t1', 40_000)));
    const sequences = appended.map((each) => each.sequence).sort((a, b) => a - b);
    expect(sequences).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  },

  'keeps tasks of the same id of two customers apart': async (world) => {
    await world.setUp();
    await world.customer('c2');
    await world.append('t1', 10_000);
    const other = await world.append('t1', 50_000, { customerId: 'c2' });
    expect(other).toMatchObject({ sequence: 1, transition: 'first', endpoints: 0 });
  },

  'notifies every endpoint of the customer and no other': async (world) => {
    await world.setUp();
    await world.endpoint('e2');
    await world.customer('c2');
    await world.endpoint('e3', { customerId: 'c2' });
    const appended = await world.append('t1', 10_000);
    expect(appended.endpoints).toBe(2);
    expect(await world.claim('e1')).toHaveLength(1);
    expect(await world.claim('e2')).toHaveLength(1);
    expect(await world.claim('e3')).toHaveLength(0);
  },

  'starts an endpoint that came later with the next change of the task': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.endpoint('e2');
    await world.append('t1', 20_000);
    const claim = await world.claimOne('e2');
    expect(claim.sequence).toBe(2);
    await world.settle(claim, { kind: 'advance', result: 1 });
    expect(await world.claim('e2')).toHaveLength(0);
    expect(await world.listNames({ endpointId: 'e2' })).toEqual(['t1.2']);
  },

  'refuses an unknown customer by name': async (world) => {
    await world.setUp();
    const append = world.append('t1', 10_000, { customerId: 'nobody' });
    await expect(append).rejects.toMatchObject({
      name: 'AppendRefused',
      reason: 'unknown-customer',
      index: 0,
      message: expect.stringContaining('nobody'),
    });
  },

  'flags a step that the contract does not know, and records it': async (world) => {
    await world.setUp();
    await world.append('t1', 51_000);
    expect(await world.append('t1', 10_000)).toMatchObject({ sequence: 2, transition: 'illegal' });
  },

  'refuses such a step of a customer that wants it so, naming both states': async (world) => {
    await world.customer('c1', { onIllegalTransition: 'refuse' });
    await world.append('t1', 51_000);
    const append = world.append('t1', 10_000);
    await expect(append).rejects.toMatchObject({ reason: 'illegal-transition' });
    await expect(append).rejects.toThrow(/51000.*10000/);
    expect(await world.append('t2', 10_000)).toMatchObject({ transition: 'first' });
  },

  'checks each step of a batch against the one before it': async (world) => {
    await world.customer('c1', { onIllegalTransition: 'refuse' });
    const batch = [world.change('t1', 10_000), world.change('t1', 20_000), world.change('t1', 10_000)];
    await expect(world.store.append(batch)).rejects.toMatchObject({ reason: 'illegal-transition', index: 2 });
  },

  'writes nothing of a batch in which one change is refused': async (world) => {
    await world.setUp();
    const batch = [world.change('t1', 10_000), world.change('t2', 10_000, { customerId: 'nobody' })];
    await expect(world.store.append(batch)).rejects.toMatchObject({ index: 1 });
    expect(await world.store.findTasks('t1')).toEqual([]);
    expect(await world.claim()).toEqual([]);
    expect(await world.append('t1', 10_000)).toMatchObject({ sequence: 1, transition: 'first' });
  },

  'does not let a refused batch take others down that were asked for with it': async (world) => {
    await world.setUp();
    const answers = await Promise.allSettled([
      world.append('t1', 10_000),
      world.append('t2', 10_000, { customerId: 'nobody' }),
      world.append('t3', 10_000),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await world.claim()).toHaveLength(2);
  },

  'answers a repeated event as the first time, and writes nothing': async (world) => {
    await world.setUp();
    const event = { eventId: 'event-1', extra: { b: '2', a: '1' } };
    const first = await world.append('t1', 10_000, event);
    await world.append('t1', 20_000);
    await world.endpoint('e2');
    world.clock.advance(60_000);
    const repeat = await world.append('t1', 10_000, { eventId: 'event-1', extra: { a: '1', b: '2' } });
    expect(repeat).toEqual(first);
    expect(await world.append('t1', 30_000)).toMatchObject({ sequence: 3 });
  },

  'answers a repeat within one batch as the first time': async (world) => {
    await world.setUp();
    const change = world.change('t1', 10_000, { eventId: 'event-1' });
    const [first, second] = await world.store.append([change, change]);
    expect(second).toEqual(first);
  },

  'refuses an event id that stands for another change of the task': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000, { eventId: 'event-1' });
    const reuses = [
      world.append('t1', 20_000, { eventId: 'event-1' }),
      world.append('t1', 10_000, { eventId: 'event-1', packageId: 'other' }),
      world.append('t1', 10_000, { eventId: 'event-1', extra: { cityId: '1' } }),
    ];
    for (const answer of await Promise.allSettled(reuses)) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { reason: 'event-id-reused' } });
    }
  },

  'lets two tasks use the same event id': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000, { eventId: 'event-1' });
    expect(await world.append('t2', 10_000, { eventId: 'event-1' })).toMatchObject({ sequence: 1 });
  },

  'keeps every text as it was given': async (world) => {
    await world.setUp();
    const given = world.change('t1', 10_000, {
      houseId: "house'; drop table change; --",
      packageId: 'päckage 🏠',
      userId: '',
      userName: 'O’Neil "the" 王 %_\\',
      extra: { cityId: '330100', note: 'a=b&c' },
      eventId: 'e–1',
    });
    await world.store.append([given]);
    const claim = await world.claimOne();
    expect(claim.change).toEqual({
      ...given,
      sequence: 1,
      transition: 'first',
      createdAt: world.clock.now(),
    });
  },

  'keeps the latest ids of a task on the task and the given ones on each change': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000, { packageId: 'p1', houseId: 'h1', userName: 'A' });
    await world.append('t1', 20_000, { packageId: 'p2', houseId: 'h2', userName: 'B' });
    const [task] = await world.store.findTasks('t1');
    expect(task).toMatchObject({
      packageId: 'p2',
      houseId: 'h2',
      userName: 'B',
      state: 20_000,
      lastSequence: 2,
    });
    expect(task?.changes.map((change) => [change.packageId, change.houseId])).toEqual([
      ['p1', 'h1'],
      ['p2', 'h2'],
    ]);
  },

  'never lets recorded time go back when the clock does': async (world) => {
    await world.setUp();
    const before = await world.append('t1', 10_000);
    world.clock.jump(-3_600_000);
    const after = await world.append('t1', 20_000);
    expect(after.createdAt).toBeGreaterThanOrEqual(before.createdAt);
    expect(await world.claim()).toHaveLength(1);
  },
};
