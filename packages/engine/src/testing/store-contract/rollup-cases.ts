import { expect } from 'vitest';
import { probeEveryMs } from '../../breaker.ts';
import type { Claim } from '../../lane.ts';
import type { Backlog } from '../../notification.ts';
import {
  addCounts,
  type DeliveryCounts,
  hourMs,
  latencyStep,
  minuteMs,
  noCounts,
  type Rollup,
  rollupsKeptMs,
} from '../../rollup.ts';
import { RollupTally } from '../../rollup-tally.ts';
import type { Cases } from '../store-contract.ts';
import { delivered, failed, retryIn, type World } from './world.ts';

function counts(more: Partial<DeliveryCounts> = {}, latencyMs: number | null = null): DeliveryCounts {
  const latency = [...noCounts.latency];
  if (latencyMs !== null) latency[latencyStep(latencyMs)] = 1;
  return { ...noCounts, latency, ...more };
}

function rollup(endpointId: string, at: number, more: Partial<DeliveryCounts>, latencyMs?: number): Rollup {
  return { endpointId, at, ...counts(more, latencyMs ?? null) };
}

/** The start of an hour. */
const hour = 500_000 * hourMs;

/** Opens the breaker of e1: ten tries of one change that all fail. */
async function openBreaker(world: World): Promise<void> {
  for (let failure = 0; failure < 10; failure += 1) {
    await world.deliver(retryIn(1_000));
    world.clock.advance(1_000);
  }
}

export const rollupCases: Cases = {
  'add what several processes counted for the same minute': async (world) => {
    await world.setUp();
    const one = rollup('e1', hour, { delivered: 1, retried: 2 }, 7);
    const other = rollup('e1', hour, { delivered: 2, refused: 1, failed: 3 }, 40);
    await Promise.all([world.store.addRollups([one]), world.store.addRollups([other])]);
    await world.store.addRollups([]);
    const [bucket, ...more] = await world.store.listRollups({
      endpointIds: ['e1'],
      from: hour,
      to: hour + minuteMs,
      bucketMs: minuteMs,
    });
    expect(bucket).toEqual({ at: hour, ...addCounts(one, other) });
    expect(more).toEqual([]);
  },

  'count a resend as delivered, and leave its days out of the latency': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    const tally = new RollupTally();
    const settle = async (claim: Claim): Promise<void> => {
      const settlement = world.settlement(claim, delivered);
      const [verdict = 'fenced'] = await world.store.settle([settlement]);
      tally.settled(claim, settlement, verdict, hour);
    };
    const first = await world.claimOne();
    await settle(first);
    world.clock.advance(3 * 24 * hourMs);
    await world.store.resend(first, 1);
    await settle(await world.claimOne());
    await world.store.addRollups(tally.take());
    const span = { endpointIds: ['e1'], from: hour, to: hour + minuteMs, bucketMs: minuteMs };
    expect(await world.store.listRollups(span)).toEqual([{ at: hour, ...counts({ delivered: 2 }, 12) }]);
  },

  'sum minutes into buckets, over some endpoints or all': async (world) => {
    await world.store.addRollups([
      rollup('e1', hour, { delivered: 1 }, 3),
      rollup('e2', hour + minuteMs, { delivered: 10 }),
      rollup('e3', hour + 5 * minuteMs, { delivered: 100 }),
      rollup('e1', hour + hourMs, { delivered: 1_000 }),
    ]);
    const list = async (bucketMs: number, endpointIds?: readonly string[], from = hour) => {
      const buckets = await world.store.listRollups({ endpointIds, from, to: hour + 2 * hourMs, bucketMs });
      return buckets.map((bucket) => [(bucket.at - hour) / minuteMs, bucket.delivered]);
    };
    expect(await list(5 * minuteMs)).toEqual([
      [0, 11],
      [5, 100],
      [60, 1_000],
    ]);
    expect(await list(minuteMs, ['e1', 'e2'])).toEqual([
      [0, 1],
      [1, 10],
      [60, 1_000],
    ]);
    expect(await list(hourMs)).toEqual([
      [0, 111],
      [60, 1_000],
    ]);
    expect(await list(minuteMs, ['e2', 'e3'], hour + minuteMs)).toEqual([
      [1, 10],
      [5, 100],
    ]);
    expect(await list(minuteMs, [])).toEqual([]);
    expect(
      (await world.store.sumRollups(['e1', 'e2', 'e9'], hour, hour + hourMs)).map((sum) => [
        sum.endpointId,
        sum.delivered,
      ]),
    ).toEqual([
      ['e1', 1],
      ['e2', 10],
    ]);
  },

  'forget minutes after days, and hours and events after months': async (world) => {
    await world.setUp();
    const now = world.clock.now();
    const minute = (at: number) => at - (at % minuteMs);
    const old = minute(now - rollupsKeptMs.minutes - 2 * minuteMs);
    const ancient = minute(now - rollupsKeptMs.hours - 2 * hourMs);
    await world.store.addRollups([old, ancient, minute(now)].map((at) => rollup('e1', at, { delivered: 1 })));
    await world.store.pauseEndpoint('e1', 'operator', 'Moving.');
    await world.store.retireRollups();
    const total = async (bucketMs: number, endpointIds?: readonly string[]) => {
      const buckets = await world.store.listRollups({ endpointIds, from: 0, to: now + hourMs, bucketMs });
      return buckets.reduce((sum, bucket) => sum + bucket.delivered, 0);
    };
    expect(await total(minuteMs, ['e1'])).toBe(1);
    expect(await total(minuteMs)).toBe(1);
    expect(await total(hourMs, ['e1'])).toBe(2);
    expect(await total(hourMs)).toBe(2);
    expect(await world.store.listEndpointEvents('e1', 0, now + hourMs, 10)).toHaveLength(1);
    world.clock.advance(rollupsKeptMs.hours + 1);
    await world.store.retireRollups();
    expect(await world.store.listEndpointEvents('e1', 0, now + hourMs, 10)).toEqual([]);
  },

  'forget all of what is old, also when that is more than goes in one transaction': async (world) => {
    await world.setUp();
    const oldest = world.clock.now() - (world.clock.now() % minuteMs) - 2 * rollupsKeptMs.minutes;
    const minutes = Array.from({ length: 2_600 }, (_, index) => oldest + index * minuteMs);
    await world.store.addRollups(minutes.map((at) => rollup('e1', at, { delivered: 1 })));
    await world.store.retireRollups();
    const range = { from: 0, to: world.clock.now() } as const;
    expect(await world.store.listRollups({ ...range, bucketMs: minuteMs })).toEqual([]);
    expect(await world.store.listRollups({ ...range, endpointIds: ['e1'], bucketMs: minuteMs })).toEqual([]);
    const hours = await world.store.listRollups({ ...range, endpointIds: ['e1'], bucketMs: hourMs });
    expect(hours.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(2_600);
  },

  'record when an endpoint is paused and resumed, newest first': async (world) => {
    await world.setUp();
    const from = world.clock.now();
    await world.store.pauseEndpoint('e1', 'operator', 'They are moving.');
    await world.store.pauseEndpoint('e1', 'operator', 'Again.');
    world.clock.advance(5_000);
    await world.store.resumeEndpoint('e1');
    await world.store.resumeEndpoint('e1');
    const events = await world.store.listEndpointEvents('e1', from, from + 60_000, 10);
    expect(events).toEqual([
      { at: from + 5_000, kind: 'resumed', detail: '' },
      { at: from, kind: 'paused', detail: 'operator: They are moving.' },
    ]);
    expect(await world.store.listEndpointEvents('e1', from, from + 60_000, 1)).toEqual(events.slice(0, 1));
    expect(await world.store.listEndpointEvents('e1', from, from + 5_000, 10)).toEqual(events.slice(1));
    expect(await world.store.listEndpointEvents('e2', from, from + 60_000, 10)).toEqual([]);
  },

  'record when a breaker opens, and when a probe or a person closes it': async (world) => {
    await world.setUp();
    const from = world.clock.now();
    await world.append('t1', 10_000);
    await openBreaker(world);
    const openedAt = world.clock.now() - 1_000;
    world.clock.advance(60_000);
    await world.deliver();
    const closedAt = world.clock.now();
    await world.append('t1', 20_000);
    await openBreaker(world);
    const openedAgainAt = world.clock.now() - 1_000;
    await world.store.resumeEndpoint('e1');
    const resumedAt = world.clock.now();
    const events = await world.store.listEndpointEvents('e1', from, resumedAt + 1, 10);
    expect(events.map(({ at, kind }) => [kind, at]).reverse()).toEqual([
      ['breaker-opened', openedAt],
      ['breaker-closed', closedAt],
      ['breaker-opened', openedAgainAt],
      ['breaker-closed', resumedAt],
    ]);
    expect(events.at(-1)?.detail).toBe('10 failures in a row');
  },

  'list what was attempted since, oldest first, as it stands now': async (world) => {
    await world.setUp();
    expect((await world.store.listRecordedAttempts(0, 10)).attempts).toEqual([]);
    await world.append('t1', 10_000);
    const claim = await world.deliver();
    const first = world.clock.now();
    world.clock.advance(1_000);
    await world.append('t2', 20_000, { houseId: 'h2' });
    await world.deliver(retryIn(5_000));
    const { attempts, now } = await world.store.listRecordedAttempts(first - 1, 10);
    expect(attempts.map(({ houseTaskId, result }) => [houseTaskId, result])).toEqual([
      ['t1', 1],
      ['t2', 0],
    ]);
    expect(now).toBeGreaterThanOrEqual(first + 1_000);
    expect(attempts[0]).toEqual({
      laneId: claim.laneId,
      sequence: 1,
      epoch: claim.epoch,
      post: 1,
      attempt: 1,
      at: first,
      durationMs: 12,
      outcome: 'accepted',
      reason: 'envelope-200',
      httpStatus: 200,
      responseState: 200,
      endpointId: 'e1',
      customerId: 'c1',
      houseTaskId: 't1',
      houseId: 'house-t1',
      state: 10_000,
      result: 1,
    });
    const newest = await world.store.listRecordedAttempts(first - 1, 1);
    expect(newest.attempts.map(({ houseTaskId }) => houseTaskId)).toEqual(['t2']);
    expect((await world.store.listRecordedAttempts(null, 10)).attempts).toEqual([]);
  },

  'tell the same backlog of all endpoints as of each by itself, whatever state it is in': async (world) => {
    await world.customer();
    const endpointIds = ['well', 'leased', 'paused', 'probed', 'out-of-reach', 'idle'];
    for (const endpointId of endpointIds.slice(0, -1)) await world.endpoint(endpointId);
    await world.store.append(['t1', 't2', 't3'].map((task) => world.change(task, 10_000)));
    await world.endpoint('idle');
    const fail = async (endpointId: string) => {
      for (let failures = 0; failures < 10; failures += 1) {
        const [claim] = await world.claim(endpointId, 1);
        if (claim !== undefined) await world.settle(claim, retryIn(0));
      }
    };
    await fail('probed');
    world.clock.advance(probeEveryMs);
    await fail('out-of-reach');
    await world.claim('leased', 2);
    await world.store.pauseEndpoint('paused', 'operator', '');
    const each = await Promise.all(endpointIds.map((endpointId) => world.store.backlog([endpointId])));
    expect(each.map(({ claimable }) => claimable)).toEqual([3, 1, 0, 1, 0, 0]);
    const sum = (count: (backlog: Backlog) => number) => each.reduce((all, one) => all + count(one), 0);
    const dueAt = each.flatMap(({ oldestClaimableAt }) => oldestClaimableAt ?? []);
    expect(await world.store.backlog()).toEqual({
      at: world.clock.now(),
      pending: 15,
      oldestPendingAt: world.clock.now() - probeEveryMs,
      oldestClaimableAt: Math.min(...dueAt),
      claimable: sum(({ claimable }) => claimable),
      endpointsPaused: 1,
      breakersOpen: 2,
      lanesParked: 0,
    });
  },

  'tell what waits for each endpoint, and the backlog of some': async (world) => {
    await world.setUp({ onGiveUp: 'park' });
    const at = world.clock.now();
    await world.append('t1', 10_000);
    await world.deliver({ kind: 'park' });
    await world.endpoint('e2');
    world.clock.advance(1_000);
    await world.appendMany('t2', 3);
    expect(await world.store.listPending(['e2', 'e9', 'e1'], 2)).toEqual([
      { endpointId: 'e2', pending: 2, oldestPendingAt: at + 1_000 },
      { endpointId: 'e9', pending: 0, oldestPendingAt: null },
      { endpointId: 'e1', pending: 2, oldestPendingAt: at + 1_000 },
    ]);
    await world.store.pauseEndpoint('e2', 'operator', '');
    expect(await world.store.backlog(['e1'])).toMatchObject({
      pending: 3,
      oldestPendingAt: at + 1_000,
      claimable: 1,
      endpointsPaused: 0,
      lanesParked: 1,
    });
    expect(await world.store.backlog(['e2'])).toMatchObject({
      pending: 3,
      claimable: 0,
      oldestClaimableAt: null,
      endpointsPaused: 1,
      lanesParked: 0,
    });
    expect(await world.store.backlog()).toMatchObject({ pending: 6, endpointsPaused: 1, lanesParked: 1 });
    expect(await world.store.backlog([])).toMatchObject({
      pending: 0,
      lanesParked: 0,
      oldestPendingAt: null,
    });
    await world.drain();
    await world.store.resumeEndpoint('e2');
    expect(await world.drain('e2')).toEqual(['t2.1', 't2.2', 't2.3']);
    await world.append('t3', 10_000);
    await world.deliver(failed);
    await world.deliver(delivered, 'e2');
    expect(await world.store.listPending(['e1', 'e2'], 10)).toEqual([
      { endpointId: 'e1', pending: 0, oldestPendingAt: null },
      { endpointId: 'e2', pending: 0, oldestPendingAt: null },
    ]);
  },
};
