import { expect } from 'vitest';
import type { TaskFilter } from '../../task.ts';
import type { Cases } from '../store-contract.ts';
import { delivered, failed, retryIn, type World } from './world.ts';

async function listTasks(world: World, filter: TaskFilter, limit: number): Promise<readonly string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await world.store.listTasks(filter, { limit, cursor });
    names.push(...page.items.map((task) => `${task.customerId}/${task.houseTaskId}`));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return names;
}

export const taskCases: Cases = {
  'lists each task once, the most recently changed first': async (world) => {
    await world.setUp();
    for (const task of ['t1', 't2', 't3', 't1']) {
      await world.append(task, 40_000);
      world.clock.advance(1);
    }
    expect(await listTasks(world, {}, 100)).toEqual(['c1/t1', 'c1/t3', 'c1/t2']);
    expect(await listTasks(world, {}, 1)).toEqual(['c1/t1', 'c1/t3', 'c1/t2']);
  },

  'shows a task as it is now': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    world.clock.advance(5);
    await world.append('t1', 20_000, { packageId: 'p2' });
    const { items } = await world.store.listTasks({}, { limit: 1 });
    expect(items).toEqual([
      {
        customerId: 'c1',
        houseTaskId: 't1',
        houseId: 'house-t1',
        packageId: 'p2',
        userId: 'u1',
        userName: '王小明',
        state: 20_000,
        lastSequence: 2,
        changedAt: world.clock.now(),
      },
    ]);
  },

  'filters tasks by customer, house and present state': async (world) => {
    await world.setUp();
    await world.customer('c2');
    await world.append('t1', 10_000);
    await world.append('t1', 20_000);
    await world.append('t2', 10_000, { houseId: 'house-t1' });
    await world.append('t1', 10_000, { customerId: 'c2' });
    for (const limit of [1, 100]) {
      expect(await listTasks(world, { customerId: 'c1' }, limit)).toEqual(['c1/t2', 'c1/t1']);
      expect(await listTasks(world, { houseId: 'house-t1' }, limit)).toEqual(['c2/t1', 'c1/t2', 'c1/t1']);
      expect(await listTasks(world, { state: 10_000 }, limit)).toEqual(['c2/t1', 'c1/t2']);
      expect(await listTasks(world, { state: 20_000, customerId: 'c1' }, limit)).toEqual(['c1/t1']);
      expect(await listTasks(world, { customerId: 'nobody' }, limit)).toEqual([]);
    }
  },

  'refuses a cursor that is not one of its own': async (world) => {
    await expect(world.store.listTasks({}, { limit: 1, cursor: '~' })).rejects.toMatchObject({
      name: 'InvalidCursor',
    });
  },

  'tells the history of a task, oldest first, for each customer that has it': async (world) => {
    await world.setUp();
    await world.customer('c2');
    await world.append('t1', 51_000, { extra: { cityId: '1' }, eventId: 'x' });
    await world.append('t1', 10_000);
    await world.append('t1', 50_000, { customerId: 'c2' });
    const found = await world.store.findTasks('t1');
    expect(found.map((task) => [task.customerId, task.changes.map((change) => change.state)])).toEqual([
      ['c1', [51_000, 10_000]],
      ['c2', [50_000]],
    ]);
    expect(found[0]?.changes).toMatchObject([
      { sequence: 1, transition: 'first', extra: { cityId: '1' }, eventId: 'x', houseTaskId: 't1' },
      { sequence: 2, transition: 'illegal', extra: {}, eventId: null },
    ]);
    expect(await world.store.findTasks('t1', 'c2')).toHaveLength(1);
    expect(await world.store.findTasks('nothing')).toEqual([]);
  },

  'has no backlog at first': async (world) => {
    expect(await world.store.backlog()).toEqual({
      at: world.clock.now(),
      pending: 0,
      oldestPendingAt: null,
      oldestClaimableAt: null,
      claimable: 0,
      endpointsPaused: 0,
      breakersOpen: 0,
      lanesParked: 0,
    });
  },

  'counts what is pending, and since when': async (world) => {
    await world.setUp();
    const first = await world.append('t1', 10_000);
    world.clock.advance(100);
    await world.append('t1', 20_000);
    await world.append('t2', 10_000);
    expect(await world.store.backlog()).toMatchObject({
      pending: 3,
      oldestPendingAt: first.createdAt,
      oldestClaimableAt: first.createdAt,
      claimable: 2,
    });
    const [claim] = await world.claim('e1', 1);
    if (claim !== undefined) await world.settle(claim, delivered);
    expect(await world.store.backlog()).toMatchObject({ pending: 2, oldestPendingAt: world.clock.now() });
  },

  'counts paused endpoints, and their work as not claimable': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.store.pauseEndpoint('e1', 'operator', '');
    expect(await world.store.backlog()).toMatchObject({
      pending: 1,
      oldestClaimableAt: null,
      claimable: 0,
      endpointsPaused: 1,
    });
  },

  'does not count work as claimable that waits for a retry or is out': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.deliver(retryIn(1_000));
    await world.append('t2', 10_000);
    await world.claim();
    expect(await world.store.backlog()).toMatchObject({
      pending: 2,
      oldestClaimableAt: null,
      claimable: 0,
    });
  },

  'counts parked tasks, what waits behind them, and what was reopened': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    await world.deliver({ kind: 'park' });
    expect(await world.store.backlog()).toMatchObject({
      pending: 1,
      lanesParked: 1,
      oldestClaimableAt: null,
    });
    await world.append('t2', 10_000);
    await world.deliver(failed);
    await world.store.resend({ result: 3 }, 10);
    expect(await world.store.backlog()).toMatchObject({ pending: 3, lanesParked: 0 });
  },
};
