import { expect } from 'vitest';
import type { Cases } from '../store-contract.ts';
import { delivered, retryIn } from './world.ts';

export const coalesceCases: Cases = {
  'sends the latest change only, and records the others as superseded': async (world) => {
    await world.setUp({ coalesce: 'latest' });
    await world.appendMany('t1', 4);
    world.clock.advance(5);
    const claim = await world.claimOne();
    expect(claim).toMatchObject({ sequence: 4, attempt: 1 });
    expect(claim.change.state).toBe(40_000);
    await world.settle(claim, delivered);
    const results = (await world.list({ houseTaskId: 't1' })).map((each) => [each.sequence, each.result]);
    expect(results).toEqual([
      [4, 1],
      [3, 4],
      [2, 4],
      [1, 4],
    ]);
    expect(await world.notification('t1', 2)).toMatchObject({ attempts: 0, settledAt: claim.firstTryAt });
  },

  'sends a lone change as it is': async (world) => {
    await world.setUp({ coalesce: 'latest' });
    await world.append('t1', 10_000);
    expect(await world.drain()).toEqual(['t1.1']);
  },

  'overtakes a change that waits for its retry, with tries of its own': async (world) => {
    await world.setUp({ coalesce: 'latest' });
    await world.append('t1', 10_000);
    await world.deliver(retryIn(1_000));
    await world.append('t1', 20_000);
    world.clock.advance(1_000);
    expect(await world.claimOne()).toMatchObject({
      sequence: 2,
      attempt: 1,
      firstTryAt: world.clock.now(),
      heldMs: 0,
    });
    expect(await world.notification('t1', 1)).toMatchObject({ result: 4, attempts: 1 });
  },

  'does not touch a change that is out for delivery': async (world) => {
    await world.setUp({ coalesce: 'latest' });
    await world.append('t1', 10_000);
    const claim = await world.claimOne();
    await world.append('t1', 20_000);
    await world.append('t1', 30_000);
    expect(await world.settle(claim, delivered)).toBe('applied');
    expect(await world.claimOne()).toMatchObject({ sequence: 3 });
    expect((await world.list({ result: 4 })).map((each) => each.sequence)).toEqual([2]);
  },

  'is the policy of one endpoint, not of the task': async (world) => {
    await world.setUp({ coalesce: 'latest' });
    await world.endpoint('e2');
    await world.appendMany('t1', 3);
    expect(await world.drain('e1')).toEqual(['t1.3']);
    expect(await world.drain('e2')).toEqual(['t1.1', 't1.2', 't1.3']);
  },

  'lets a superseded change be sent after all': async (world) => {
    await world.setUp({ coalesce: 'latest' });
    await world.appendMany('t1', 3);
    await world.drain();
    const superseded = await world.notification('t1', 1);
    expect(await world.store.resend(superseded, 1)).toEqual({ resent: 1 });
    await world.append('t1', 40_000);
    expect(await world.drain()).toEqual(['t1.1', 't1.4']);
    expect(await world.notification('t1', 1)).toMatchObject({ result: 1 });
  },
};
