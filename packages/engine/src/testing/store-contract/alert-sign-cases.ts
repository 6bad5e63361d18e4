import { expect } from 'vitest';
import type { AlertSigns } from '../../alert-signs.ts';
import { minuteMs, noCounts } from '../../rollup.ts';
import type { Cases } from '../store-contract.ts';
import { delivered, retryIn, type World } from './world.ts';

const from = { waitingMs: 5 * minuteMs, refusedMin: 5, windowMs: 15 * minuteMs };

function read(world: World): Promise<AlertSigns> {
  return world.store.readAlertSigns(from);
}

function count(world: World, endpointId: string, refused: number, more: object = {}): Promise<void> {
  const at = world.clock.now() - (world.clock.now() % minuteMs);
  return world.store.addRollups([{ ...noCounts, endpointId, at, refused, ...more }]);
}

const about = (endpointId: string, customerId = 'c1') => ({ endpointId, customerId });

export const alertSignCases: Cases = {
  'are none of endpoints that are well, however many, and come with the time of the database': async (
    world,
  ) => {
    await world.customer();
    for (let index = 0; index < 30; index += 1) await world.endpoint(`e${index}`);
    await world.append('t1', 10_000);
    for (let index = 0; index < 30; index += 1) await count(world, `e${index}`, 1, { delivered: 9 });
    world.clock.advance(from.waitingMs);
    expect(await read(world)).toEqual({ now: world.clock.now(), held: [], waiting: [], refusing: [] });
  },

  'are the pause and the open breaker of an endpoint, without its keys': async (world) => {
    await world.setUp();
    await world.customer('c2');
    await world.endpoint('e0', { customerId: 'c2' });
    await world.append('t1', 10_000);
    for (let failures = 1; failures <= 10; failures += 1) await world.deliver(retryIn(0));
    await world.store.pauseEndpoint('e0', 'customer', 'tea');
    const opened = { ...about('e1'), pause: null, failures: 10 };
    const paused = { ...about('e0', 'c2'), pause: { reason: 'customer', detail: 'tea' }, failures: null };
    expect((await read(world)).held).toEqual([paused, opened]);
    await world.store.pauseEndpoint('e1', 'operator', '');
    const both = { ...opened, pause: { reason: 'operator', detail: '' } };
    expect((await read(world)).held).toEqual([paused, both]);
    await world.store.resumeEndpoint('e0');
    await world.store.resumeEndpoint('e1');
    expect((await read(world)).held).toEqual([]);
  },

  'are the age of the oldest that waits at each endpoint, beyond what was asked for': async (world) => {
    await world.setUp();
    await world.customer('c2');
    await world.endpoint('e2', { customerId: 'c2' });
    await world.endpoint('e3');
    const firstAt = world.clock.now();
    await world.append('t1', 10_000);
    await world.append('t2', 10_000);
    world.clock.advance(1);
    const secondAt = world.clock.now();
    await world.append('t9', 10_000, { customerId: 'c2' });
    for (const claim of await world.claim('e3')) await world.settle(claim, delivered);
    world.clock.advance(from.waitingMs);
    const first = { ...about('e1'), oldestPendingAt: firstAt };
    expect((await read(world)).waiting).toEqual([first]);
    world.clock.advance(1);
    const second = { ...about('e2', 'c2'), oldestPendingAt: secondAt };
    expect((await read(world)).waiting).toEqual([first, second]);
    await world.drain();
    expect((await read(world)).waiting).toEqual([second]);
  },

  'are refusals within the window, beside all that settled there': async (world) => {
    await world.setUp();
    await world.endpoint('e2');
    await count(world, 'e1', 3, { delivered: 7, failed: 2, retried: 5 });
    await count(world, 'e2', 4);
    expect((await read(world)).refusing).toEqual([]);
    world.clock.advance(5 * minuteMs);
    await count(world, 'e1', 2);
    await count(world, 'e1', 0, { delivered: 1 });
    expect((await read(world)).refusing).toEqual([{ ...about('e1'), refused: 5, settled: 15 }]);
    expect((await world.store.readAlertSigns({ ...from, refusedMin: 3.5 })).refusing).toEqual([
      { ...about('e1'), refused: 5, settled: 15 },
      { ...about('e2'), refused: 4, settled: 4 },
    ]);
    world.clock.advance(from.windowMs);
    expect((await read(world)).refusing).toEqual([]);
  },
};
