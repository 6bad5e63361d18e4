import { expect } from 'vitest';
import type { Cases } from '../store-contract.ts';
import { delivered, failed, leaseMs, nameOf, refused, retryIn } from './world.ts';

export const resendCases: Cases = {
  'sends a delivered notification again': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.deliver();
    world.clock.advance(1_000);
    expect(await world.store.resend(claim, 1)).toEqual({ resent: 1 });
    expect(await world.notification('t1', 1)).toMatchObject({ result: 0, settledAt: null, attempts: 1 });
    const again = await world.claimOne();
    expect(again).toMatchObject({ sequence: 1, attempt: 1, epoch: 2, firstTryAt: world.clock.now() });
    await world.settle(again, delivered);
    expect(await world.notification('t1', 1)).toMatchObject({ result: 1, attempts: 2 });
    expect(await world.claim()).toEqual([]);
  },

  'says of a claim whether it is a resend, also of a later try of it, and not of what comes after': async (
    world,
  ) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const fresh = await world.claimOne();
    await world.settle(fresh, delivered);
    await world.append('t1', 20_000);
    await world.store.resend(fresh, 1);
    const resent = await world.deliver(retryIn(1_000));
    world.clock.advance(1_000);
    const retried = await world.deliver();
    const next = await world.claimOne();
    expect([fresh, resent, retried, next].map(({ sequence, isResend }) => [sequence, isResend])).toEqual([
      [1, false],
      [1, true],
      [1, true],
      [2, false],
    ]);
  },

  'replaces the result of before with the new one': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.deliver(refused);
    await world.store.resend(claim, 1);
    await world.deliver(failed);
    expect(await world.notification('t1', 1)).toMatchObject({ result: 3 });
    await world.store.resend(claim, 1);
    await world.deliver(delivered);
    expect(await world.notification('t1', 1)).toMatchObject({ result: 1 });
    expect(await world.list({ result: 2 })).toEqual([]);
    expect(await world.list({ result: 3 })).toEqual([]);
  },

  'delivers the reopened ones in order, before the head': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 3);
    await world.deliver();
    await world.deliver(refused);
    await world.deliver();
    await world.append('t1', 40_000);
    for (const sequence of [3, 1, 2]) {
      await world.store.resend(await world.notification('t1', sequence), 1);
    }
    expect(await world.drain()).toEqual(['t1.1', 't1.2', 't1.3', 't1.4']);
  },

  'retries a reopened one before anything else of the task': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.deliver();
    await world.store.resend(claim, 1);
    await world.deliver(retryIn(1_000));
    await world.append('t1', 20_000);
    expect(await world.claim()).toEqual([]);
    world.clock.advance(1_000);
    expect(await world.claimOne()).toMatchObject({ sequence: 1, attempt: 2 });
  },

  'gives a head that waits for its retry a try now, and goes on counting': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.deliver(retryIn(3_600_000));
    expect(await world.store.resend(claim, 1)).toEqual({ resent: 1 });
    expect(await world.claimOne()).toMatchObject({ sequence: 1, attempt: 2, firstTryAt: claim.firstTryAt });
  },

  'does nothing for what is being sent, is due, or waits behind another': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    const behind = await world.notification('t1', 2);
    const due = await world.notification('t1', 1);
    expect(await world.store.resend(due, 1)).toEqual({ resent: 0 });
    expect(await world.store.resend(behind, 1)).toEqual({ resent: 0 });
    await world.claimOne();
    expect(await world.store.resend(due, 1)).toEqual({ resent: 0 });
    expect(await world.store.resend({ laneId: 4_711, sequence: 1 }, 1)).toEqual({ resent: 0 });
    expect(await world.store.resend({ laneId: due.laneId, sequence: 9 }, 1)).toEqual({ resent: 0 });
  },

  'leaves alone what has another result by now than the one it is resent for': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const { laneId, sequence } = await world.notification('t1', 1);
    await world.deliver();
    expect(await world.store.resend({ laneId, sequence, onlyIf: 0 }, 1)).toEqual({ resent: 0 });
    expect(await world.store.resend({ laneId, sequence, onlyIf: 1 }, 1)).toEqual({ resent: 1 });
  },

  'wakes a parked task: its head first, with a horizon of its own, then the rest': async (world) => {
    await world.setUp({ onGiveUp: 'park' });
    await world.appendMany('t1', 2);
    const parked = await world.deliver({ kind: 'park' });
    world.clock.advance(1_000);
    expect(await world.store.resend(parked, 1)).toEqual({ resent: 1 });
    expect((await world.store.backlog()).lanesParked).toBe(0);
    const claim = await world.claimOne();
    expect(claim).toMatchObject({ sequence: 1, attempt: 1, firstTryAt: world.clock.now() });
    await world.settle(claim, delivered);
    expect(await world.drain()).toEqual(['t1.2']);
    expect(await world.notification('t1', 1)).toMatchObject({ result: 1 });
  },

  'of an earlier change leaves the task parked after it': async (world) => {
    await world.setUp({ onGiveUp: 'park' });
    await world.appendMany('t1', 2);
    const first = await world.deliver();
    await world.deliver({ kind: 'park' });
    await world.store.resend(first, 1);
    await world.append('t1', 30_000);
    expect(await world.drain()).toEqual(['t1.1']);
    expect(await world.notification('t1', 2)).toMatchObject({ result: 3 });
    expect((await world.store.backlog()).lanesParked).toBe(1);
  },

  'that is given up again does not park the task: nothing waits for it': async (world) => {
    await world.setUp({ onGiveUp: 'park' });
    await world.appendMany('t1', 2);
    const first = await world.deliver();
    await world.deliver();
    await world.store.resend(first, 1);
    await world.append('t1', 30_000);
    await world.deliver({ kind: 'park' });
    expect(await world.notification('t1', 1)).toMatchObject({ result: 3 });
    expect(await world.drain()).toEqual(['t1.3']);
  },

  'while the head is out for delivery waits for it, and loses no result': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    const first = await world.deliver();
    const head = await world.claimOne();
    await world.store.resend(first, 1);
    expect(await world.claim()).toEqual([]);
    expect(await world.settle(head, delivered)).toBe('applied');
    expect(await world.notification('t1', 2)).toMatchObject({ result: 1 });
    expect(await world.drain()).toEqual(['t1.1']);
  },

  'while the head is out goes before the retry of the head': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    const first = await world.deliver();
    const head = await world.claimOne();
    await world.store.resend(first, 1);
    expect(await world.settle(head, retryIn(60_000))).toBe('applied');
    expect(await world.claimOne()).toMatchObject({ sequence: 1, attempt: 1 });
  },

  'while the head is out and its worker dies still records the lost attempt on the head': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    const first = await world.deliver();
    const head = await world.claimOne();
    await world.store.resend(first, 1);
    world.clock.advance(leaseMs);
    expect(await world.claimOne()).toMatchObject({ sequence: 1, attempt: 1, epoch: 3 });
    expect(await world.store.listAttempts(head)).toMatchObject([{ epoch: 2, attempt: 1, reason: 'lost' }]);
    expect(await world.settle(head, delivered)).toBe('fenced');
    expect(await world.store.listAttempts(head)).toMatchObject([{ epoch: 2, fenced: true }]);
  },

  'by a filter reopens what matches and nothing else': async (world) => {
    await world.setUp();
    for (const [task, step] of Object.entries({ t1: delivered, t2: failed, t3: refused, t4: failed })) {
      await world.append(task, 10_000);
      await world.deliver(step);
    }
    expect(await world.store.resend({ result: 3 }, 100)).toEqual({ resent: 2 });
    expect((await world.claim()).map(nameOf).sort()).toEqual(['t2.1', 't4.1']);
    expect(await world.list({ result: 3 })).toEqual([]);
    expect(await world.list({ result: 2 })).toHaveLength(1);
  },

  'by a filter with a limit takes the oldest first, and the next call goes on': async (world) => {
    await world.setUp();
    for (const task of ['t1', 't2', 't3']) {
      await world.append(task, 10_000);
      await world.deliver(failed);
      world.clock.advance(1_000);
    }
    expect(await world.store.resend({ result: 3, endpointId: 'e1' }, 2)).toEqual({ resent: 2 });
    expect((await world.claim()).map(nameOf)).toEqual(['t1.1', 't2.1']);
    expect(await world.store.resend({ result: 3, endpointId: 'e1' }, 2)).toEqual({ resent: 1 });
    expect(await world.store.resend({ result: 3, endpointId: 'e1' }, 2)).toEqual({ resent: 0 });
  },

  'by a filter heeds every part of it': async (world) => {
    await world.setUp();
    await world.customer('c2');
    await world.endpoint('e2', { customerId: 'c2' });
    await world.append('t1', 10_000);
    await world.append('t1', 10_000, { customerId: 'c2' });
    await world.deliver(delivered, 'e1');
    await world.deliver(delivered, 'e2');
    world.clock.advance(1_000);
    const from = world.clock.now();
    await world.append('t2', 20_000);
    await world.deliver();
    expect(await world.store.resend({ customerId: 'c2', state: 20_000 }, 9)).toEqual({ resent: 0 });
    expect(await world.store.resend({ customerId: 'c2', to: from }, 9)).toEqual({ resent: 1 });
    expect(await world.store.resend({ houseTaskId: 't2', from, state: 20_000 }, 9)).toEqual({ resent: 1 });
    expect(await world.store.resend({ houseId: 'house-t1', customerId: 'c1' }, 9)).toEqual({ resent: 1 });
  },

  'by a filter reopens many': async (world) => {
    await world.setUp({ inFlightMax: 1_000 });
    await world.store.append(Array.from({ length: 450 }, (_, index) => world.change(`t${index}`, 10_000)));
    const claims = await world.claim('e1', 1_000);
    await world.store.settle(claims.map((claim) => world.settlement(claim, refused, { attempts: [] })));
    expect(await world.store.resend({ result: 2 }, 420)).toEqual({ resent: 420 });
    expect(await world.store.countNotifications({ result: 0 }, 1_000)).toBe(420);
    expect(await world.store.countNotifications({ result: 2 }, 1_000)).toBe(30);
  },
};
