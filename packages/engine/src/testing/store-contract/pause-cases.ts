import { expect } from 'vitest';
import type { Cases } from '../store-contract.ts';
import { delivered, nameOf, retryIn } from './world.ts';

export const pauseCases: Cases = {
  'by an operator stops claims at once and loses nothing': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    const paused = await world.store.pauseEndpoint('e1', 'operator', 'maintenance');
    expect(paused?.pause).toEqual({ at: world.clock.now(), reason: 'operator', detail: 'maintenance' });
    expect(await world.claim()).toEqual([]);
    expect(await world.store.upcoming()).toEqual([]);
    await world.append('t1', 30_000);
    await world.store.resumeEndpoint('e1');
    expect(await world.drain()).toEqual(['t1.1', 't1.2', 't1.3']);
  },

  'keeps the first reason': async (world) => {
    await world.setUp();
    await world.store.pauseEndpoint('e1', 'unauthorized', 'answered 401');
    world.clock.advance(1_000);
    const again = await world.store.pauseEndpoint('e1', 'operator', 'later');
    expect(again?.pause).toMatchObject({ reason: 'unauthorized', detail: 'answered 401' });
  },

  "gives a customer's own pause over to an operator, and not the other way round": async (world) => {
    await world.setUp();
    await world.store.pauseEndpoint('e1', 'customer', 'moving');
    const taken = await world.store.pauseEndpoint('e1', 'operator', 'for good');
    expect(taken?.pause).toMatchObject({ reason: 'operator', detail: 'for good' });
    const kept = await world.store.pauseEndpoint('e1', 'customer', 'again');
    expect(kept?.pause).toMatchObject({ reason: 'operator', detail: 'for good' });
  },

  'by an operator is not ended by a customer, who ends every other': async (world) => {
    await world.setUp();
    const by = { kind: 'customer', id: '0123456789ab', address: null } as const;
    await world.append('t1', 10_000);
    await world.deliver(retryIn(3_600_000));
    await world.store.pauseEndpoint('e1', 'operator', 'for good');
    await expect(world.store.resumeEndpoint('e1', by)).rejects.toMatchObject({ name: 'PausedByOperator' });
    expect((await world.getEndpoint()).pause).toMatchObject({ reason: 'operator' });
    await world.store.resumeEndpoint('e1');
    await world.store.pauseEndpoint('e1', 'customer', 'moving', by);
    expect(await world.store.resumeEndpoint('e1', by)).toMatchObject({ pause: null });
    expect(await world.claimOne()).toMatchObject({ attempt: 2 });
  },

  'by an answer that no database may refuse to hold is a pause all the same': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.deliver({ kind: 'pause', reason: 'unauthorized', detail: 'It said: a\0b\ud800c' });
    expect((await world.getEndpoint()).pause).toMatchObject({ reason: 'unauthorized' });
  },

  'by a settlement keeps the change due and does not count the try': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const first = await world.deliver({ kind: 'pause', reason: 'unauthorized', detail: 'answered 401' });
    expect((await world.getEndpoint()).pause).toMatchObject({
      reason: 'unauthorized',
      detail: 'answered 401',
    });
    expect(await world.store.listAttempts(first)).toHaveLength(1);
    expect(await world.claim()).toEqual([]);
    world.clock.advance(60_000);
    await world.store.resumeEndpoint('e1');
    expect(await world.claimOne()).toMatchObject({ sequence: 1, attempt: 1, heldMs: 0 });
  },

  'by a second settlement keeps the reason of the first': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.append('t2', 10_000);
    const [one, two] = await world.claim();
    if (one === undefined || two === undefined) throw new Error('two lanes were due');
    await world.settle(one, { kind: 'pause', reason: 'gone', detail: 'answered 410' });
    await world.settle(two, { kind: 'pause', reason: 'unauthorized', detail: 'answered 401' });
    expect((await world.getEndpoint()).pause).toMatchObject({ reason: 'gone' });
  },

  'by an answer to what an operator has changed since is not applied': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.claimOne();
    world.clock.advance(1_000);
    await world.store.rotateSignKey('e1', 'the-next-key-123', 60_000);
    await world.settle(claim, { kind: 'pause', reason: 'unauthorized', detail: 'answered 401' });
    expect((await world.getEndpoint()).pause).toBeNull();
    expect(await world.claimOne()).toMatchObject({ sequence: 1, attempt: 1 });
  },

  'that ends makes what waits for a retry due now': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.deliver(retryIn(3_600_000));
    await world.store.pauseEndpoint('e1', 'operator', '');
    expect(await world.claim()).toEqual([]);
    await world.store.resumeEndpoint('e1');
    expect(await world.claimOne()).toMatchObject({ sequence: 1, attempt: 2 });
  },

  'that ends makes all of a thousand and more due within a few rounds': async (world) => {
    await world.setUp({ inFlightMax: 1_000 });
    const lanes = 1_100;
    const changes = Array.from({ length: lanes }, (_, index) => world.change(`t${index}`, 10_000));
    await world.store.append(changes);
    const claims = await world.claim('e1', lanes);
    await world.store.settle(claims.map((claim) => world.settlement(claim, retryIn(3_600_000))));
    await world.store.pauseEndpoint('e1', 'operator', '');
    await world.store.resumeEndpoint('e1');
    expect((await world.store.backlog()).claimable).toBeGreaterThan(100);
    for (let round = 0; round < 4; round += 1) await world.store.upcoming();
    expect((await world.store.backlog()).claimable).toBe(lanes);
  },

  'lets what is in flight be settled': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    const claim = await world.claimOne();
    await world.store.pauseEndpoint('e1', 'operator', '');
    expect(await world.settle(claim, delivered)).toBe('applied');
    expect(await world.notification('t1', 1)).toMatchObject({ result: 1 });
    expect(await world.claim()).toEqual([]);
  },

  'of one endpoint leaves others alone': async (world) => {
    await world.setUp();
    await world.endpoint('e2');
    await world.append('t1', 10_000);
    await world.store.pauseEndpoint('e1', 'operator', '');
    expect((await world.claim('e2')).map(nameOf)).toEqual(['t1.1']);
  },

  'does not count against the retry horizon': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const first = await world.deliver(retryIn(1_000));
    world.clock.advance(1_000);
    await world.store.pauseEndpoint('e1', 'operator', '');
    world.clock.advance(3_600_000);
    await world.store.resumeEndpoint('e1');
    world.clock.advance(500);
    const claim = await world.claimOne();
    expect(claim).toMatchObject({ attempt: 2, firstTryAt: first.firstTryAt, heldMs: 3_600_000 });
  },

  'before the first try does not count as held since it': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.store.pauseEndpoint('e1', 'operator', '');
    world.clock.advance(3_600_000);
    await world.store.resumeEndpoint('e1');
    expect(await world.claimOne()).toMatchObject({ heldMs: 0 });
  },

  'is counted while it lasts, and adds up': async (world) => {
    await world.setUp();
    await world.store.pauseEndpoint('e1', 'operator', '');
    world.clock.advance(100);
    expect((await world.getEndpoint()).heldMs).toBe(100);
    await world.store.resumeEndpoint('e1');
    world.clock.advance(1_000);
    await world.store.pauseEndpoint('e1', 'operator', '');
    world.clock.advance(10);
    expect((await world.getEndpoint()).heldMs).toBe(110);
  },

  'ends in a slow start': async (world) => {
    await world.setUp({ inFlightMax: 8 });
    for (const task of ['t1', 't2', 't3']) await world.append(task, 10_000);
    await world.store.pauseEndpoint('e1', 'operator', '');
    const resumed = await world.store.resumeEndpoint('e1');
    expect(resumed).toMatchObject({ pause: null, breaker: { openedAt: null, failures: 0 } });
    const claims = await world.claim();
    expect(claims).toHaveLength(1);
    for (const claim of claims) await world.settle(claim, delivered);
    expect(await world.claim()).toHaveLength(2);
  },

  'and resume of an unknown endpoint answer with nothing': async (world) => {
    await world.setUp();
    expect(await world.store.pauseEndpoint('nobody', 'operator', '')).toBeUndefined();
    expect(await world.store.resumeEndpoint('nobody')).toBeUndefined();
  },

  'is not needed to resume: a healthy endpoint stays as it is': async (world) => {
    await world.setUp();
    const before = await world.getEndpoint();
    expect(await world.store.resumeEndpoint('e1')).toEqual(before);
  },
};
