import { expect } from 'vitest';
import type { NoticeDraft } from '../../attempt.ts';
import type { Cases } from '../store-contract.ts';
import { failed, leaseMs, type World } from './world.ts';

const notice: NoticeDraft = {
  endpointId: 'e1',
  url: 'https://e1.example/failed',
  fields: { notifyId: 'n1-1', packageId: '包', notifyResult: '3' },
};

async function giveUp(world: World, task = 't1'): Promise<void> {
  await world.append(task, 10_000);
  const claim = await world.claimOne();
  await world.settle(claim, failed, notice);
}

export const noticeCases: Cases = {
  'is written with the settlement that gave up, and due at once': async (world) => {
    await world.setUp({ connectTimeoutMs: 1_111, totalTimeoutMs: 2_222 });
    await giveUp(world);
    expect(await world.store.claimNotices(10, leaseMs)).toEqual([
      {
        ...notice,
        id: expect.any(Number),
        epoch: 1,
        attempt: 1,
        signKey: 'sign-key-of-e1',
        connectTimeoutMs: 1_111,
        totalTimeoutMs: 2_222,
      },
    ]);
  },

  'is written when a task is parked, too': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.settle(await world.claimOne(), { kind: 'park' }, notice);
    expect(await world.store.claimNotices(10, leaseMs)).toHaveLength(1);
  },

  'is not written by a settlement that was fenced': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.claimOne();
    expect(await world.settle({ ...claim, epoch: 9 }, failed, notice)).toBe('fenced');
    expect(await world.store.claimNotices(10, leaseMs)).toEqual([]);
  },

  'is leased to one, oldest first, and the next of the endpoint only when it is done': async (world) => {
    await world.setUp();
    for (const task of ['t1', 't2', 't3']) {
      await giveUp(world, task);
      world.clock.advance(10);
    }
    const ids: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const [one, ...others] = await world.store.claimNotices(9, leaseMs);
      if (one === undefined) throw new Error('a notice was due');
      expect(others).toEqual([]);
      expect(await world.store.claimNotices(9, leaseMs)).toEqual([]);
      ids.push(one.id);
      await world.store.settleNotices([{ id: one.id, epoch: one.epoch, step: { kind: 'done' }, detail: '' }]);
    }
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(await world.store.claimNotices(9, leaseMs)).toEqual([]);
  },

  'comes back after a retry delay with a higher number': async (world) => {
    await world.setUp();
    await giveUp(world);
    const [first] = await world.store.claimNotices(1, leaseMs);
    if (first === undefined) throw new Error('a notice was due');
    const retry = {
      id: first.id,
      epoch: first.epoch,
      step: { kind: 'retry', delayMs: 500 },
      detail: 'reset',
    } as const;
    await world.store.settleNotices([retry]);
    expect(await world.store.claimNotices(1, leaseMs)).toEqual([]);
    world.clock.advance(500);
    expect(await world.store.claimNotices(1, leaseMs)).toMatchObject([
      { id: first.id, attempt: 2, epoch: 2 },
    ]);
  },

  'is done with once it is done': async (world) => {
    await world.setUp();
    await giveUp(world);
    const [first] = await world.store.claimNotices(1, leaseMs);
    if (first === undefined) throw new Error('a notice was due');
    await world.store.settleNotices([{ id: first.id, epoch: 1, step: { kind: 'done' }, detail: '200' }]);
    const late = { id: first.id, epoch: 1, step: { kind: 'retry', delayMs: 1 }, detail: '' } as const;
    await world.store.settleNotices([late]);
    world.clock.advance(10 * leaseMs);
    expect(await world.store.claimNotices(1, leaseMs)).toEqual([]);
  },

  'is claimable again when its lease ran out, and fences the one before': async (world) => {
    await world.setUp();
    await giveUp(world);
    const [late] = await world.store.claimNotices(1, leaseMs);
    world.clock.advance(leaseMs);
    const [present] = await world.store.claimNotices(1, leaseMs);
    if (late === undefined || present === undefined) throw new Error('a notice was due');
    await world.store.settleNotices([{ id: late.id, epoch: late.epoch, step: { kind: 'done' }, detail: '' }]);
    world.clock.advance(leaseMs);
    expect(await world.store.claimNotices(1, leaseMs)).toMatchObject([{ id: present.id, epoch: 3 }]);
  },
};
