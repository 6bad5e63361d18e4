import { expect } from 'vitest';
import type { Cases } from '../store-contract.ts';
import { delivered, failed, leaseMs, nameOf, refused, retryIn } from './world.ts';

export const settleCases: Cases = {
  'records a delivery and wakes the next change at once': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    await world.deliver();
    expect(await world.notification('t1', 1)).toMatchObject({ result: 1, settledAt: world.clock.now() });
    expect(await world.dueIn()).toBeLessThanOrEqual(0);
    expect(await world.claimOne()).toMatchObject({ sequence: 2, attempt: 1, firstTryAt: world.clock.now() });
  },

  'takes what was delivered and what is given back in one batch, each its own way': async (world) => {
    await world.setUp();
    for (const task of ['t1', 't2', 't3']) await world.append(task, 10_000);
    const [one, two, three] = await world.claim();
    if (one === undefined || two === undefined || three === undefined) throw new Error('three were due');
    const settlements = [
      world.settlement(one, delivered),
      world.settlement(two, { kind: 'release' }, { attempts: [] }),
      world.settlement(three, delivered),
    ];
    expect(await world.store.settle(settlements)).toEqual(['applied', 'applied', 'applied']);
    expect(await world.store.settle(settlements)).toEqual(['fenced', 'fenced', 'fenced']);
    expect((await world.list({ result: 1 })).map(({ houseTaskId }) => houseTaskId)).toEqual(['t3', 't1']);
    expect(await world.store.listAttempts(three)).toMatchObject([{ outcome: 'accepted', fenced: false }]);
    expect(await world.claimOne()).toMatchObject({ laneId: two.laneId, attempt: 1 });
  },

  'leaves a lane idle when all is delivered, and the next append wakes it': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.deliver();
    expect(await world.dueIn()).toBeUndefined();
    await world.append('t1', 20_000);
    expect(await world.claimOne()).toMatchObject({ sequence: 2 });
  },

  'records a refusal as final and goes on': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    await world.deliver(refused);
    expect(await world.notification('t1', 1)).toMatchObject({ result: 2, settledAt: world.clock.now() });
    expect(await world.claimOne()).toMatchObject({ sequence: 2 });
  },

  'records a failure and goes on': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    await world.deliver(failed);
    expect(await world.notification('t1', 1)).toMatchObject({ result: 3 });
    expect(await world.claimOne()).toMatchObject({ sequence: 2, attempt: 1 });
  },

  'keeps first try and attempt number over retries': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const first = await world.deliver(retryIn(1_000));
    world.clock.advance(1_000);
    await world.deliver(retryIn(2_000));
    world.clock.advance(2_000);
    expect(await world.claimOne()).toMatchObject({ attempt: 3, epoch: 3, firstTryAt: first.firstTryAt });
  },

  'starts counting afresh for the next change': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    await world.deliver(retryIn(1_000));
    world.clock.advance(1_000);
    await world.deliver(delivered);
    world.clock.advance(5);
    expect(await world.claimOne()).toMatchObject({ sequence: 2, attempt: 1, firstTryAt: world.clock.now() });
  },

  'delivers all changes of a task in order': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 5);
    expect(await world.drain()).toEqual(['t1.1', 't1.2', 't1.3', 't1.4', 't1.5']);
  },

  'parks a lane: nothing of the task is sent until someone resends': async (world) => {
    await world.setUp({ onGiveUp: 'park' });
    await world.appendMany('t1', 2);
    await world.deliver({ kind: 'park' });
    expect(await world.notification('t1', 1)).toMatchObject({ result: 3, settledAt: world.clock.now() });
    expect(await world.notification('t1', 2)).toMatchObject({ result: 0 });
    await world.append('t1', 30_000);
    world.clock.advance(7 * 24 * 3_600_000);
    expect(await world.claim()).toEqual([]);
    expect(await world.dueIn()).toBeUndefined();
  },

  'parks one task only': async (world) => {
    await world.setUp({ onGiveUp: 'park' });
    await world.append('t1', 10_000);
    await world.deliver({ kind: 'park' });
    await world.append('t2', 10_000);
    expect((await world.claim()).map(nameOf)).toEqual(['t2.1']);
  },

  'does not count a try that was released, and gives it again at once': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.claimOne();
    const release = world.settlement(claim, { kind: 'release' }, { attempts: [] });
    expect(await world.store.settle([release])).toEqual(['applied']);
    expect(await world.claimOne()).toMatchObject({ attempt: 1, epoch: 2 });
    expect(await world.store.listAttempts(claim)).toEqual([]);
  },

  'gives back what was released at its old place, before what became due since': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const since = world.clock.now();
    world.clock.advance(1_000);
    const claim = await world.claimOne();
    await world.append('t2', 10_000);
    world.clock.advance(1_000);
    await world.settle(claim, { kind: 'release' });
    expect(await world.store.backlog()).toMatchObject({ oldestClaimableAt: since });
    expect((await world.claim()).map(nameOf)).toEqual(['t1.1', 't2.1']);
  },

  'keeps the first try when a later one is released': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const first = await world.deliver(retryIn(1_000));
    world.clock.advance(1_000);
    await world.deliver({ kind: 'release' });
    expect(await world.claimOne()).toMatchObject({ attempt: 2, firstTryAt: first.firstTryAt });
  },

  'fences a settlement whose lane was claimed again since, and records its attempts': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const late = await world.claimOne();
    world.clock.advance(leaseMs);
    const present = await world.claimOne();
    expect(await world.settle(late, delivered)).toBe('fenced');
    expect(await world.notification('t1', 1)).toMatchObject({ result: 0 });
    expect(await world.settle(present, retryIn(1_000))).toBe('applied');
    expect(await world.store.listAttempts(present)).toMatchObject([
      { epoch: 1, reason: 'envelope-200', fenced: true },
      { epoch: 2, reason: 'envelope-200', fenced: false },
    ]);
  },

  'fences a second settlement of the same claim': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    const claim = await world.claimOne();
    expect(await world.settle(claim, delivered)).toBe('applied');
    expect(await world.settle(claim, delivered)).toBe('fenced');
    expect(await world.notification('t1', 2)).toMatchObject({ result: 0 });
    expect(await world.store.listAttempts(claim)).toMatchObject([{ fenced: false }]);
  },

  'fences a settlement of another change than the one claimed': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    const claim = await world.claimOne();
    const wrong = world.settlement({ ...claim, sequence: 2 }, delivered, { attempts: [] });
    expect(await world.store.settle([wrong])).toEqual(['fenced']);
    expect(await world.settle(claim, delivered)).toBe('applied');
  },

  'fences a settlement of a lane that does not exist': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.claimOne();
    expect(await world.store.settle([world.settlement({ ...claim, laneId: 4_711 }, delivered)])).toEqual([
      'fenced',
    ]);
  },

  'applies a settlement that comes after the lease but before another claim': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.claimOne();
    world.clock.advance(leaseMs + 1);
    expect(await world.settle(claim, delivered)).toBe('applied');
    expect(await world.claim()).toEqual([]);
  },

  'settles many lanes at once, each by its own verdict': async (world) => {
    await world.setUp();
    for (const task of ['t1', 't2', 't3']) await world.append(task, 10_000);
    const claims = await world.claim();
    const settlements = claims.map((claim, index) =>
      world.settlement(index === 1 ? { ...claim, epoch: 9 } : claim, delivered, { attempts: [] }),
    );
    expect(await world.store.settle(settlements)).toEqual(['applied', 'fenced', 'applied']);
  },

  'keeps every field of an attempt, and both posts of one try': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.claimOne();
    const current = world.attempt(claim, {
      outcome: 'misconfigured',
      reason: 'envelope-401',
      httpStatus: null,
      responseState: 401,
      responseBody: null,
      remoteAddress: null,
      timings: null,
    });
    const previous = world.attempt(claim, { post: 2, key: 'previous', requestHeaders: { a: 'ü', b: '' } });
    await world.store.settle([world.settlement(claim, delivered, { attempts: [current, previous] })]);
    expect(await world.store.listAttempts(claim)).toEqual([current, previous]);
    expect(await world.notification('t1', 1)).toMatchObject({
      attempts: 2,
      lastAttempt: { at: previous.at, reason: 'envelope-200', httpStatus: 200, responseState: 200 },
    });
  },

  'lists the attempts of one notification only, oldest first': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    await world.deliver(retryIn(10));
    world.clock.advance(10);
    const claim = await world.deliver(delivered);
    await world.deliver(delivered);
    const attempts = await world.store.listAttempts(claim);
    expect(attempts.map((attempt) => [attempt.sequence, attempt.attempt])).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect(await world.store.listAttempts({ laneId: claim.laneId, sequence: 9 })).toEqual([]);
  },

  'keeps an answer that is hard to store, and everything else of the batch': async (world) => {
    await world.setUp();
    await world.store.append(['t1', 't2'].map((task) => world.change(task, 10_000)));
    const [odd, sound] = await world.claim();
    if (odd === undefined || sound === undefined) throw new Error('two lanes were due');
    const attempt = world.attempt(odd, { responseBody: 'a\0b\ud800c', responseState: 1e30 });
    const settlements = [
      world.settlement(odd, delivered, { attempts: [attempt] }),
      world.settlement(sound, delivered),
    ];
    expect(await world.store.settle(settlements)).toEqual(['applied', 'applied']);
    expect(await world.store.listAttempts(sound)).toEqual([world.attempt(sound)]);
    expect(await world.store.listAttempts(odd)).toHaveLength(1);
    expect(await world.claim()).toEqual([]);
  },

  'settles the rest of a batch when one record cannot be stored at all, and says so in its place': async (
    world,
  ) => {
    await world.setUp();
    await world.store.append(['t1', 't2', 't3'].map((task) => world.change(task, 10_000)));
    const [first, poisoned, last] = await world.claim();
    if (first === undefined || poisoned === undefined || last === undefined)
      throw new Error('three were due');
    const attempt = world.attempt(poisoned, { httpStatus: 200.5, durationMs: 1.5 });
    const settlements = [
      world.settlement(first, delivered),
      world.settlement(poisoned, refused, { attempts: [attempt] }),
      world.settlement(last, delivered),
    ];
    expect(await world.store.settle(settlements)).toEqual(['applied', 'applied', 'applied']);
    expect(await world.store.listAttempts(poisoned)).toMatchObject([
      { httpStatus: null, detail: expect.stringMatching(/could not be stored/) },
    ]);
    expect(await world.notification(poisoned.change.houseTaskId, 1)).toMatchObject({ result: 2 });
    expect(await world.store.listAttempts(last)).toEqual([world.attempt(last)]);
    expect(await world.claim()).toEqual([]);
  },
};
