import type { Backlog } from '@doorbell/engine';
import { VirtualClock } from '@doorbell/engine/testing';
import { expect, test } from 'vitest';
import { createHeldReadings } from '../src/held-readings.ts';
import { createMetrics } from '../src/metrics.ts';

const counted = { pending: 0, claimable: 0, lanesParked: 0, endpointsPaused: 0, breakersOpen: 0 };
const nothing: Backlog = { at: 0, oldestPendingAt: null, oldestClaimableAt: null, ...counted };

interface Subject {
  readonly clock: VirtualClock;
  readonly readings: ReturnType<typeof createHeldReadings>;
  /** How often the database was asked. */
  asked(): number;
  backlog: () => Promise<Backlog>;
}

function open(backlog: Partial<Backlog>, endpoints = 0): Subject {
  const clock = new VirtualClock();
  let asked = 0;
  const subject = {
    clock,
    asked: () => asked,
    backlog: async () => ({ ...nothing, at: clock.now(), ...backlog }),
  };
  const admin = {
    backlog: () => {
      asked += 1;
      return subject.backlog();
    },
    listEndpoints: async () => {
      asked += 1;
      return Array.from({ length: endpoints }, () => ({ pause: null, breaker: { openedAt: null } }) as never);
    },
    listPending: async () => [],
    sumRollups: async () => [],
  };
  return Object.assign(subject, { readings: createHeldReadings({ admin, clock }) });
}

test('a small backlog is counted for everyone who asks', async () => {
  const { readings, asked } = open({ pending: 99_999 });
  for (let time = 0; time < 3; time += 1) expect((await readings.backlog()).ageMs).toBe(0);
  expect(asked()).toBe(3);
});

test('a million that wait are counted once in ten seconds, and who asks meanwhile is told how old that is', async () => {
  const { readings, clock, asked } = open({ pending: 900_000, claimable: 90_000, lanesParked: 10_000 });
  const at = clock.now();
  await readings.backlog();
  clock.advance(9_999);
  expect(await readings.backlog()).toMatchObject({ value: { pending: 900_000, at }, ageMs: 9_999 });
  expect(asked()).toBe(1);
  clock.advance(1);
  expect(await readings.backlog()).toMatchObject({ value: { at: at + 10_000 }, ageMs: 0 });
  expect(asked()).toBe(2);
});

test('however many wait, what is told is a minute old at most', async () => {
  const { readings, clock, asked } = open({ pending: 1_000_000_000 });
  await readings.backlog();
  clock.advance(59_999);
  await readings.backlog();
  expect(asked()).toBe(1);
  clock.advance(1);
  await readings.backlog();
  expect(asked()).toBe(2);
});

test('of many who ask at once one reads for all, and what fails is asked for again', async () => {
  const subject = open({});
  const { readings, asked } = subject;
  await Promise.all(Array.from({ length: 20 }, () => readings.backlog()));
  expect(asked()).toBe(1);
  const { backlog } = subject;
  subject.backlog = () => Promise.reject(new Error('away'));
  await expect(readings.backlog()).rejects.toThrow('away');
  subject.backlog = backlog;
  await expect(readings.backlog()).resolves.toMatchObject({ ageMs: 0 });
});

test('endpoints in trouble are looked for once in a second for every thousand endpoints', async () => {
  const { readings, clock, asked } = open({}, 5_000);
  for (let second = 0; second < 5; second += 1) {
    await readings.troubles();
    clock.advance(1_000);
  }
  expect(asked()).toBe(1);
  await readings.troubles();
  expect(asked()).toBe(2);
});

test('scrapes share what was counted, and say how old it is', async () => {
  const { readings, clock, asked } = open({ pending: 500_000 });
  const metrics = createMetrics();
  const health = () => ({ lastRoundAt: 0, lastSettledAt: 0, inFlight: 0 });
  metrics.watch({ readings, admin: { listUnclearedAlerts: async () => [] }, engine: { health } });
  expect(await metrics.render()).toContain('doorbell_backlog_age_seconds 0');
  clock.advance(4_000);
  const text = await metrics.render();
  expect(text).toContain('doorbell_notifications_pending 500000');
  expect(text).toContain('doorbell_backlog_age_seconds 4');
  expect(text).toContain('doorbell_store_readable 1');
  expect(asked()).toBe(1);
});
