import { expect } from 'vitest';
import type { Cases } from '../store-contract.ts';
import { delivered, leaseMs, nameOf, retryIn } from './world.ts';

export const claimCases: Cases = {
  'finds nothing in an empty store': async (world) => {
    expect(await world.claim('e1')).toEqual([]);
    expect(await world.store.upcoming()).toEqual([]);
  },

  'hands out the change with its endpoint, its keys open': async (world) => {
    await world.setUp({ signKey: 'CdLvNRRQvy0xjORPNvuVaA', webhookSecret: 'whsec_c2VjcmV0' });
    await world.append('t1', 10_000);
    const claim = await world.claimOne();
    expect(claim).toMatchObject({
      sequence: 1,
      epoch: 1,
      attempt: 1,
      firstTryAt: world.clock.now(),
      heldMs: 0,
    });
    expect(claim.endpoint).toMatchObject({
      id: 'e1',
      signKey: 'CdLvNRRQvy0xjORPNvuVaA',
      webhookSecret: 'whsec_c2VjcmV0',
    });
    expect(claim.change).toMatchObject({ houseTaskId: 't1', state: 10_000, sequence: 1 });
  },

  'gives a lane to one of two claimers only': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const [one, other] = await Promise.all([world.claim(), world.claim()]);
    expect((one?.length ?? 0) + (other?.length ?? 0)).toBe(1);
  },

  'gives many lanes to many claimers, each once': async (world) => {
    await world.setUp();
    await world.store.append(Array.from({ length: 30 }, (_, index) => world.change(`t${index}`, 10_000)));
    const claims = (await Promise.all(Array.from({ length: 5 }, () => world.claim('e1', 10)))).flat();
    expect(claims).toHaveLength(30);
    expect(new Set(claims.map((claim) => claim.laneId)).size).toBe(30);
  },

  'gives at most the quota of each endpoint': async (world) => {
    await world.setUp();
    await world.endpoint('e2');
    for (const task of ['t1', 't2', 't3']) await world.append(task, 10_000);
    const quotas = [
      { endpointId: 'e1', quota: 2 },
      { endpointId: 'e2', quota: 1 },
    ];
    const claims = await world.store.claim({ quotas, leaseMs });
    expect(claims.map((claim) => claim.endpoint.id)).toEqual(['e1', 'e1', 'e2']);
  },

  'gives nothing for a quota of 0 or an unknown endpoint': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    expect(await world.claim('e1', 0)).toEqual([]);
    expect(await world.claim('nobody')).toEqual([]);
  },

  'never gives more at once than the endpoint may have in flight and as many ahead': async (world) => {
    await world.setUp({ inFlightMax: 3 });
    for (let task = 1; task <= 7; task += 1) await world.append(`t${task}`, 10_000);
    expect(await world.claim('e1', 100)).toHaveLength(6);
  },

  'takes the lane that has been due longest first': async (world) => {
    await world.setUp();
    for (const task of ['t3', 't1', 't2']) {
      await world.append(task, 10_000);
      world.clock.advance(10);
    }
    expect((await world.claim('e1', 2)).map(nameOf)).toEqual(['t3.1', 't1.1']);
    expect((await world.claim('e1', 2)).map(nameOf)).toEqual(['t2.1']);
  },

  'puts the next change of a busy task behind tasks that wait longer': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 3);
    world.clock.advance(10);
    await world.append('t2', 10_000);
    world.clock.advance(10);
    const [first] = await world.claim('e1', 1);
    expect(first && nameOf(first)).toBe('t1.1');
    if (first !== undefined) await world.settle(first, delivered);
    expect((await world.claim('e1', 1)).map(nameOf)).toEqual(['t2.1']);
  },

  'gives only the oldest open change of a task': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 3);
    expect((await world.claim()).map(nameOf)).toEqual(['t1.1']);
    expect(await world.claim()).toEqual([]);
  },

  'does not let one task hold up another': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.deliver(retryIn(3_600_000));
    await world.append('t2', 10_000);
    expect((await world.claim()).map(nameOf)).toEqual(['t2.1']);
  },

  'does not let one endpoint hold up another': async (world) => {
    await world.setUp();
    await world.endpoint('e2');
    await world.append('t1', 10_000);
    await world.deliver(retryIn(3_600_000), 'e1');
    expect((await world.claim('e2')).map(nameOf)).toEqual(['t1.1']);
  },

  'does not give a lane before its time': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.deliver(retryIn(5_000));
    world.clock.advance(4_999);
    expect(await world.claim()).toEqual([]);
    world.clock.advance(1);
    expect(await world.claimOne()).toMatchObject({ sequence: 1, attempt: 2, epoch: 2 });
  },

  'gives a lane again when its lease has run out, and records the attempt as lost': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const lost = await world.claimOne();
    world.clock.advance(leaseMs - 1);
    expect(await world.claim()).toEqual([]);
    world.clock.advance(1);
    const again = await world.claimOne();
    expect(again).toMatchObject({ laneId: lost.laneId, sequence: 1, epoch: 2, attempt: 2 });
    expect(again.firstTryAt).toBe(lost.firstTryAt);
    expect(await world.store.listAttempts(again)).toMatchObject([
      {
        epoch: 1,
        attempt: 1,
        reason: 'lost',
        outcome: 'retry',
        at: lost.firstTryAt,
        sign: null,
        fenced: false,
      },
    ]);
  },

  'does not wake a lane that is out for delivery when more is appended': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const claim = await world.claimOne();
    await world.append('t1', 20_000);
    expect(await world.claim()).toEqual([]);
    await world.settle(claim, delivered);
    expect(await world.claimOne()).toMatchObject({ sequence: 2, attempt: 1 });
  },

  'does not hurry a retry when more is appended': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.deliver(retryIn(60_000));
    await world.append('t1', 20_000);
    expect(await world.claim()).toEqual([]);
    expect(await world.dueIn()).toBe(60_000);
  },

  'tells which endpoints have work, and when': async (world) => {
    await world.setUp({ inFlightMax: 7 });
    await world.endpoint('e2');
    await world.endpoint('e3', { deliveryFailedUrl: null });
    await world.append('t1', 10_000);
    await world.deliver(retryIn(30_000), 'e1');
    await world.drain('e2');
    expect(await world.store.upcoming()).toEqual(
      expect.arrayContaining([
        { endpointId: 'e1', dueInMs: 30_000, inFlightMax: 7 },
        { endpointId: 'e3', dueInMs: 0, inFlightMax: 32 },
      ]),
    );
    expect(await world.dueIn('e2')).toBeUndefined();
    world.clock.advance(40_000);
    expect(await world.dueIn('e1')).toBeLessThanOrEqual(0);
  },

  'tells of many endpoints, each once': async (world) => {
    await world.customer();
    const ids = Array.from({ length: 25 }, (_, index) => `e${index}`);
    for (const id of ids) await world.endpoint(id);
    await world.append('t1', 10_000);
    await world.append('t2', 10_000);
    const upcoming = await world.store.upcoming();
    expect(upcoming.map((each) => each.endpointId).sort()).toEqual([...ids].sort());
  },

  'counts a leased lane no later than the end of its lease': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.claimOne();
    expect(await world.dueIn()).toBeLessThanOrEqual(leaseMs);
  },

  'sees what was queued before it': async (world) => {
    await world.setUp();
    await world.append('t0', 10_000);
    const [, claims] = await Promise.all([world.append('t1', 10_000), world.claim()]);
    expect(claims.length).toBeGreaterThanOrEqual(1);
    expect(claims.map(nameOf)).toContain('t0.1');
  },
};
