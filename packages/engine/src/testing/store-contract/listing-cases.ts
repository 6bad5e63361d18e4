import { expect } from 'vitest';
import type { NotificationFilter } from '../../notification.ts';
import type { Cases } from '../store-contract.ts';
import { delivered, failed, refused, retryIn, type World } from './world.ts';

/** Two customers, three endpoints, and one notification of e1 for each result. */
async function populate(world: World): Promise<void> {
  await world.setUp();
  const steps = { delivered, refused, failed, waiting: retryIn(3_600_000) };
  for (const [task, step] of Object.entries(steps)) {
    await world.append(task, 10_000);
    await world.deliver(step);
    world.clock.advance(1_000);
  }
  await world.endpoint('e2');
  await world.customer('c2');
  await world.endpoint('e3', { customerId: 'c2' });
  await world.append('both', 20_000);
  world.clock.advance(1_000);
  await world.append('theirs', 20_000, { customerId: 'c2' });
}

async function expectNames(
  world: World,
  filter: NotificationFilter,
  names: readonly string[],
): Promise<void> {
  expect({ filter, names: await world.listNames(filter) }).toEqual({ filter, names });
  expect({ filter, names: await world.listNames(filter, 1) }).toEqual({ filter, names });
  expect(await world.store.countNotifications(filter, 1_000)).toBe(names.length);
}

export const listingCases: Cases = {
  'show a notification with everything a person looks for': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000, { houseId: 'h1', packageId: 'p1' });
    const createdAt = world.clock.now();
    world.clock.advance(10);
    const claim = await world.deliver(refused);
    expect(await world.list()).toEqual([
      {
        laneId: claim.laneId,
        sequence: 1,
        customerId: 'c1',
        endpointId: 'e1',
        houseTaskId: 't1',
        houseId: 'h1',
        packageId: 'p1',
        state: 10_000,
        result: 2,
        createdAt,
        settledAt: createdAt + 10,
        attempts: 1,
        lastAttempt: {
          at: createdAt + 10,
          reason: 'envelope-200',
          detail: 'The endpoint accepted it.',
          httpStatus: 200,
          responseState: 200,
        },
        waiting: null,
      },
    ]);
    expect(await world.store.findNotification(claim)).toEqual((await world.list())[0]);
    expect(await world.store.findNotification({ laneId: claim.laneId, sequence: 2 })).toBeUndefined();
    expect(await world.store.findNotification({ laneId: 4_711, sequence: 1 })).toBeUndefined();
  },

  'come newest first': async (world) => {
    await populate(world);
    const tasks = (await world.list()).map((each) => each.houseTaskId);
    expect(tasks).toEqual(['theirs', 'both', 'both', 'waiting', 'failed', 'refused', 'delivered']);
  },

  'show a task in the reverse order of its changes, also within one millisecond': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 4);
    await world.appendMany('t2', 2);
    expect(await world.listNames()).toEqual(['t2.2', 't2.1', 't1.4', 't1.3', 't1.2', 't1.1']);
    expect(await world.listNames({ result: 0 }, 1)).toEqual(['t2.2', 't2.1', 't1.4', 't1.3', 't1.2', 't1.1']);
  },

  'come oldest first when asked, page by page': async (world) => {
    await populate(world);
    const list = async (filter: NotificationFilter, limit: number) => {
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await world.store.listNotifications(filter, { limit, cursor, order: 'oldest-first' });
        names.push(...page.items.map((item) => `${item.houseTaskId}.${item.endpointId}`));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      return names;
    };
    for (const limit of [100, 2, 1]) {
      expect(await list({ result: 0 }, limit)).toEqual(['waiting.e1', 'both.e1', 'both.e2', 'theirs.e3']);
      expect(await list({ result: 1 }, limit)).toEqual(['delivered.e1']);
      expect(await list({ endpointId: 'e2' }, limit)).toEqual(['both.e2']);
      expect(await list({ customerId: 'c1', state: 10_000 }, limit)).toEqual([
        'delivered.e1',
        'refused.e1',
        'failed.e1',
        'waiting.e1',
      ]);
    }
  },

  'find what was delivered before, among and after a great many that wait': async (world) => {
    await world.setUp({ inFlightMax: 1_000 });
    const waits = (series: string) =>
      Array.from({ length: 150 }, (_, index) => world.change(`${series}${index}`, 10_000));
    const deliver = async (task: string) => {
      await world.append(task, 10_000);
      const claims = await world.claim('e1', 1_000);
      const meant = claims.filter(({ change }) => change.houseTaskId === task);
      expect(await Promise.all(meant.map((claim) => world.settle(claim, delivered)))).toEqual(['applied']);
    };
    await world.store.append(waits('a'));
    world.clock.advance(180_000);
    await deliver('first');
    world.clock.advance(180_000);
    await world.store.append(waits('b'));
    await deliver('second');
    await world.store.append(waits('c'));
    world.clock.advance(180_000);
    await deliver('third');
    world.clock.advance(180_000);
    await world.store.append(waits('d'));
    await expectNames(world, { result: 1 }, ['third.1', 'second.1', 'first.1']);
    await expectNames(world, { result: 1, endpointId: 'e1' }, ['third.1', 'second.1', 'first.1']);
    await expectNames(world, { result: 1, customerId: 'c1', state: 10_000 }, [
      'third.1',
      'second.1',
      'first.1',
    ]);
    await expectNames(world, { result: 1, state: 20_000 }, []);
    const oldest = await world.store.listNotifications({ result: 1 }, { limit: 2, order: 'oldest-first' });
    expect(oldest.items.map(({ houseTaskId }) => houseTaskId)).toEqual(['first', 'second']);
  },

  'filter by result': async (world) => {
    await populate(world);
    await expectNames(world, { result: 0 }, ['theirs.1', 'both.1', 'both.1', 'waiting.1']);
    await expectNames(world, { result: 1 }, ['delivered.1']);
    await expectNames(world, { result: 2 }, ['refused.1']);
    await expectNames(world, { result: 3 }, ['failed.1']);
    await expectNames(world, { result: 4 }, []);
  },

  'filter by customer and by endpoint': async (world) => {
    await populate(world);
    await expectNames(world, { customerId: 'c2' }, ['theirs.1']);
    await expectNames(world, { endpointId: 'e2' }, ['both.1']);
    await expectNames(world, { endpointId: 'e3', customerId: 'c1' }, []);
    await expectNames(world, { customerId: 'c2', result: 1 }, []);
    await expectNames(world, { endpointId: 'e1', result: 0 }, ['both.1', 'waiting.1']);
    await expectNames(world, { endpointId: 'e1', result: 3 }, ['failed.1']);
    await expectNames(world, { endpointId: 'nobody' }, []);
    await expectNames(world, { customerId: 'nobody' }, []);
  },

  'filter by task and by house': async (world) => {
    await populate(world);
    await world.append('failed', 20_000);
    await expectNames(world, { houseTaskId: 'failed' }, ['failed.2', 'failed.2', 'failed.1']);
    await expectNames(world, { houseTaskId: 'failed', endpointId: 'e1' }, ['failed.2', 'failed.1']);
    await expectNames(world, { houseTaskId: 'failed', result: 3 }, ['failed.1']);
    await expectNames(world, { houseId: 'house-both', endpointId: 'e2' }, ['both.1']);
    await expectNames(world, { houseTaskId: 'failed', houseId: 'house-both' }, []);
    await expectNames(world, { houseTaskId: 'nothing' }, []);
  },

  'filter by state': async (world) => {
    await populate(world);
    await expectNames(world, { state: 20_000 }, ['theirs.1', 'both.1', 'both.1']);
    await expectNames(world, { state: 20_000, customerId: 'c1', endpointId: 'e1' }, ['both.1']);
    await expectNames(world, { state: 10_000, result: 0 }, ['waiting.1']);
    await expectNames(world, { state: 10_000, result: 2 }, ['refused.1']);
    await expectNames(world, { state: 51_000 }, []);
  },

  'filter by time, from inclusive, to exclusive': async (world) => {
    await populate(world);
    const createdAt = (await world.notification('refused', 1)).createdAt;
    await expectNames(world, { from: createdAt, to: createdAt + 1 }, ['refused.1']);
    await expectNames(world, { to: createdAt }, ['delivered.1']);
    await expectNames(world, { from: createdAt + 1, result: 3 }, ['failed.1']);
    await expectNames(world, { from: createdAt + 1, to: createdAt + 3_000, result: 0 }, ['waiting.1']);
    await expectNames(world, { houseTaskId: 'refused', to: createdAt }, []);
    await expectNames(world, { endpointId: 'e1', from: createdAt, to: createdAt + 1 }, ['refused.1']);
  },

  'count no further than asked': async (world) => {
    await populate(world);
    expect(await world.store.countNotifications({}, 3)).toBe(3);
    expect(await world.store.countNotifications({}, 100)).toBe(7);
  },

  'end with a page whose next is null, and never with an empty one': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 4);
    const first = await world.store.listNotifications({}, { limit: 2 });
    expect(first.next).toMatch(/^[\w-]+$/);
    const second = await world.store.listNotifications({}, { limit: 2, cursor: first.next ?? '' });
    expect(second).toMatchObject({ next: null, items: [{ sequence: 2 }, { sequence: 1 }] });
  },

  'walk all pages without repeats or gaps while more is appended and delivered': async (world) => {
    await world.setUp();
    const expected: string[] = [];
    for (let index = 0; index < 20; index += 1) {
      await world.append(`t${index % 7}`, 40_000);
      if (index % 3 === 0) world.clock.advance(1);
    }
    for (const item of await world.list()) expected.push(`${item.houseTaskId}.${item.sequence}`);
    const walked: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await world.store.listNotifications({}, { limit: 3, cursor });
      walked.push(...page.items.map((item) => `${item.houseTaskId}.${item.sequence}`));
      cursor = page.next ?? undefined;
      world.clock.advance(1);
      await world.append('late', 40_000);
      const [claim] = await world.claim('e1', 1);
      if (claim !== undefined) await world.settle(claim, delivered);
    } while (cursor !== undefined);
    expect(walked).toEqual(expected);
  },

  'refuse a cursor that is not one of theirs': async (world) => {
    await world.setUp();
    for (const cursor of ['', '!', 'bm9uc2Vuc2U', 'MS4yLjM', '%00']) {
      const listed = world.store.listNotifications({}, { limit: 1, cursor });
      await expect(listed).rejects.toMatchObject({ name: 'InvalidCursor' });
    }
  },
};
