import { expect } from 'vitest';
import { probeEveryMs } from '../../breaker.ts';
import type { Cases } from '../store-contract.ts';
import { delivered, leaseMs, retryIn } from './world.ts';

export const waitingCases: Cases = {
  'for its delivery when it is due': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    expect((await world.notification('t1', 1)).waiting).toEqual({ for: 'delivery' });
  },

  'for an answer while it is being sent, and for delivery when its lease has run out': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.claimOne();
    expect((await world.notification('t1', 1)).waiting).toEqual({ for: 'answer' });
    world.clock.advance(leaseMs);
    expect((await world.notification('t1', 1)).waiting).toEqual({ for: 'delivery' });
  },

  'for its retry, and says when': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.deliver(retryIn(30_000));
    const dueAt = world.clock.now() + 30_000;
    expect((await world.notification('t1', 1)).waiting).toEqual({ for: 'retry', dueAt });
  },

  'for an earlier change, and says which': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 3);
    expect((await world.notification('t1', 3)).waiting).toEqual({ for: 'earlier-change', sequence: 1 });
    const first = await world.deliver();
    expect((await world.notification('t1', 3)).waiting).toEqual({ for: 'earlier-change', sequence: 2 });
    await world.store.resend(first, 1);
    expect((await world.notification('t1', 2)).waiting).toEqual({ for: 'earlier-change', sequence: 1 });
  },

  'for a parked task, and says at which change': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    await world.deliver({ kind: 'park' });
    expect((await world.notification('t1', 1)).waiting).toBeNull();
    expect((await world.notification('t1', 2)).waiting).toEqual({ for: 'parked-task', sequence: 1 });
  },

  'for its delivery when it was reopened, though the task is parked further on': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    const first = await world.deliver();
    await world.deliver({ kind: 'park' });
    await world.store.resend(first, 1);
    expect((await world.notification('t1', 1)).waiting).toEqual({ for: 'delivery' });
  },

  'for a paused endpoint, and says why it paused': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 2);
    const since = world.clock.now();
    await world.store.pauseEndpoint('e1', 'unauthorized', 'answered 401');
    const waiting = { for: 'endpoint-paused', since, reason: 'unauthorized', detail: 'answered 401' };
    expect((await world.notification('t1', 1)).waiting).toEqual(waiting);
    expect((await world.notification('t1', 2)).waiting).toEqual(waiting);
  },

  'for the breaker, and says when the next probe is': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    for (let failures = 1; failures <= 10; failures += 1) await world.deliver(retryIn(0));
    const since = world.clock.now();
    const waiting = { for: 'breaker', since, probeAt: since + probeEveryMs };
    expect((await world.notification('t1', 1)).waiting).toEqual(waiting);
  },

  'for nothing once it is settled': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.deliver(delivered);
    expect((await world.notification('t1', 1)).waiting).toBeNull();
  },
};
