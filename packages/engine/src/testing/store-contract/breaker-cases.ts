import { expect } from 'vitest';
import { probeEveryMs } from '../../breaker.ts';
import type { Cases } from '../store-contract.ts';
import { delivered, failed, nameOf, refused, retryIn, type World } from './world.ts';

/** Ten tasks fail once each: that opens the breaker. They are due again at once. */
async function openBreaker(world: World): Promise<void> {
  for (let index = 0; index < 10; index += 1) {
    await world.append(`f${index}`, 10_000);
    const [claim] = await world.claim('e1', 1);
    if (claim === undefined) throw new Error('nothing to claim');
    await world.settle(claim, retryIn(1));
  }
  world.clock.advance(1);
}

export const breakerCases: Cases = {
  'stays closed for nine failures in a row and opens at the tenth': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    for (let failures = 1; failures <= 10; failures += 1) {
      expect((await world.getEndpoint()).breaker.openedAt).toBeNull();
      await world.deliver(retryIn(0));
    }
    const { breaker } = await world.getEndpoint();
    expect(breaker).toMatchObject({ openedAt: world.clock.now(), probeAt: world.clock.now() + probeEveryMs });
    expect((await world.store.backlog()).breakersOpen).toBe(1);
  },

  'forgets failures at the first success, a refusal included': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    for (let failures = 1; failures <= 9; failures += 1) await world.deliver(retryIn(0));
    await world.deliver(refused);
    expect((await world.getEndpoint()).breaker.failures).toBe(0);
  },

  'counts the failures of one batch in the order in which they came': async (world) => {
    await world.setUp({ inFlightMax: 100 });
    for (let index = 0; index < 19; index += 1) await world.append(`t${index}`, 10_000);
    const claims = await world.claim();
    const settlements = claims.map((claim, index) =>
      world.settlement(claim, index === 9 ? delivered : retryIn(1)),
    );
    expect(new Set(await world.store.settle(settlements))).toEqual(new Set(['applied']));
    expect((await world.getEndpoint()).breaker).toMatchObject({ failures: 9, openedAt: null });
  },

  'counts giving up as a failure, but not a release or a pause': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    await world.deliver(failed);
    await world.deliver({ kind: 'release' });
    expect((await world.getEndpoint()).breaker.failures).toBe(1);
  },

  'gives nothing while open, and one probe when its time has come': async (world) => {
    await world.setUp();
    await openBreaker(world);
    expect(await world.claim()).toEqual([]);
    expect(await world.store.upcoming()).toEqual([
      { endpointId: 'e1', dueInMs: probeEveryMs - 1, inFlightMax: 1 },
    ]);
    expect((await world.store.backlog()).claimable).toBe(0);
    world.clock.advance(probeEveryMs);
    expect((await world.store.backlog()).claimable).toBe(1);
    expect((await world.claim('e1', 100)).map(nameOf)).toEqual(['f0.1']);
    expect(await world.claim()).toEqual([]);
    expect((await world.getEndpoint()).breaker.probeAt).toBe(world.clock.now() + probeEveryMs);
  },

  'stays open when the probe fails, until the next probe': async (world) => {
    await world.setUp();
    await openBreaker(world);
    world.clock.advance(probeEveryMs);
    await world.deliver(retryIn(5));
    world.clock.advance(probeEveryMs - 1);
    expect(await world.claim()).toEqual([]);
    world.clock.advance(1);
    expect(await world.claim()).toHaveLength(1);
  },

  'closes into a slow start when the probe succeeds': async (world) => {
    await world.setUp({ inFlightMax: 4 });
    await openBreaker(world);
    world.clock.advance(probeEveryMs);
    await world.deliver(delivered);
    expect((await world.getEndpoint()).breaker).toMatchObject({ openedAt: null, ramp: 2 });
    expect(await world.store.upcoming()).toMatchObject([{ endpointId: 'e1', inFlightMax: 2 }]);
    const two = await world.claim('e1', 100);
    expect(two).toHaveLength(2);
    for (const claim of two) await world.settle(claim, delivered);
    expect((await world.getEndpoint()).breaker.ramp).toBeNull();
    expect(await world.claim('e1', 100)).toHaveLength(7);
  },

  'of one endpoint leaves others alone': async (world) => {
    await world.setUp();
    await world.endpoint('e2');
    await openBreaker(world);
    expect(await world.claim('e2', 100)).toHaveLength(10);
  },

  'does not count the time it was open against the retry horizon': async (world) => {
    await world.setUp();
    await openBreaker(world);
    world.clock.advance(3_600_000);
    const claim = await world.claimOne();
    expect(claim.heldMs).toBe(3_600_001);
    await world.settle(claim, delivered);
    expect((await world.getEndpoint()).heldMs).toBe(3_600_001);
    world.clock.advance(5_000);
    expect((await world.getEndpoint()).heldMs).toBe(3_600_001);
  },
};
