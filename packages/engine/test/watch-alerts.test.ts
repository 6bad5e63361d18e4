import { expect, onTestFinished, test } from 'vitest';
import { type AlertThresholds, alertThresholdDefaults } from '../src/alert.ts';
import { minuteMs, noCounts } from '../src/rollup.ts';
import { delivered, retryIn, World } from '../src/testing/store-contract/world.ts';
import { watchAlerts } from '../src/watch-alerts.ts';
import { openTestStore } from './sqlite-test-store.ts';

interface Watch {
  readonly world: World;
  readonly failures: readonly unknown[];
  /** What was raised (+) and cleared (-) since the last time, after another look. */
  look(): Promise<readonly string[]>;
}

async function start(): Promise<Watch> {
  const subject = openTestStore();
  const world = new World(subject);
  const { store, clock } = world;
  const told: string[] = [];
  const failures: unknown[] = [];
  const observer = {
    alertRaised: ({ kind, endpointId }: { kind: string; endpointId: string }) =>
      told.push(`+${kind} ${endpointId}`),
    alertCleared: ({ kind, endpointId }: { kind: string; endpointId: string }) =>
      told.push(`-${kind} ${endpointId}`),
    failed: (_doing: string, error: unknown) => failures.push(error),
  };
  await world.setUp();
  const stop = new AbortController();
  const running = watchAlerts({ store, clock, observer }, stop.signal);
  const asleep = async () => {
    while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  onTestFinished(async () => {
    stop.abort();
    await running;
    await subject.close();
  });
  return {
    world,
    failures,
    async look() {
      await asleep();
      clock.advance(5_000);
      await asleep();
      return told.splice(0);
    },
  };
}

test('a paused endpoint raises an alert, whoever paused it, until it is resumed', async () => {
  const { world, look } = await start();
  expect(await look()).toEqual([]);
  await world.store.pauseEndpoint('e1', 'operator', 'tea');
  expect(await look()).toEqual(['+endpoint-paused e1']);
  expect(await look()).toEqual([]);
  expect(await world.store.listUnclearedAlerts()).toMatchObject([
    { customerId: 'c1', detail: { reason: 'operator', text: 'tea' } },
  ]);
  await world.store.resumeEndpoint('e1');
  expect(await look()).toEqual(['-endpoint-paused e1']);
  await world.append('t1', 10_000);
  const claim = await world.claimOne();
  await world.settle(claim, { kind: 'pause', reason: 'unauthorized', detail: 'state 401' });
  expect(await look()).toEqual(['+endpoint-paused e1']);
});

test('a breaker that opens raises an alert, until the endpoint answers', async () => {
  const { world, look } = await start();
  await world.append('t1', 10_000);
  for (let failure = 0; failure < 10; failure += 1) {
    expect(await look()).toEqual([]);
    await world.deliver(retryIn(1_000));
    world.clock.advance(1_000);
  }
  expect(await look()).toEqual(['+breaker-open e1']);
  expect(await world.store.listUnclearedAlerts()).toMatchObject([{ detail: { failures: 10 } }]);
  world.clock.advance(30_000);
  await world.deliver(delivered);
  expect(await look()).toEqual(['-breaker-open e1']);
});

test('a notification that waits longer than the threshold raises an alert, until none does', async () => {
  const { world, look } = await start();
  await world.append('t1', 10_000);
  const oldestPendingAt = world.clock.now();
  world.clock.advance(15 * minuteMs - 5_000);
  expect(await look()).toEqual([]);
  expect(await look()).toEqual(['+backlog-age e1']);
  expect(await world.store.listUnclearedAlerts()).toMatchObject([
    { detail: { oldestPendingAt, thresholdMs: 15 * minuteMs } },
  ]);
  await world.append('t2', 10_000);
  await world.drain();
  expect(await look()).toEqual(['-backlog-age e1']);
});

test('a backlog about the threshold keeps its alert; at half of it that clears, and the whole raises the next', async () => {
  const { world, look } = await start();
  const deliverOldest = async () => {
    for (const claim of await world.claim('e1', 1)) await world.settle(claim, delivered);
  };
  await world.append('t1', 10_000);
  world.clock.advance(5 * minuteMs);
  await world.append('t2', 10_000);
  world.clock.advance(11 * minuteMs);
  await world.append('t3', 10_000);
  expect(await look()).toEqual(['+backlog-age e1']);
  await deliverOldest();
  expect(await look()).toEqual([]);
  await deliverOldest();
  expect(await look()).toEqual(['-backlog-age e1']);
  world.clock.advance(14 * minuteMs);
  expect(await look()).toEqual([]);
  world.clock.advance(minuteMs);
  expect(await look()).toEqual(['+backlog-age e1']);
});

test('refusals raise an alert when they are many, and a good share, within the window', async () => {
  const { world, look } = await start();
  await world.endpoint('e2');
  const count = (endpointId: string, refused: number, deliveredToo: number) => {
    const at = world.clock.now() - (world.clock.now() % minuteMs);
    return world.store.addRollups([{ ...noCounts, endpointId, at, refused, delivered: deliveredToo }]);
  };
  await count('e1', 9, 0);
  await count('e2', 10, 41);
  expect(await look()).toEqual([]);
  await count('e1', 1, 0);
  expect(await look()).toEqual(['+refusals e1']);
  expect(await world.store.listUnclearedAlerts()).toMatchObject([
    { detail: { refused: 10, settled: 10, windowMs: 15 * minuteMs } },
  ]);
  await count('e2', 1, 0);
  expect(await look()).toEqual(['+refusals e2']);
  world.clock.advance(15 * minuteMs);
  expect(await look()).toEqual(['-refusals e1', '-refusals e2']);
});

test('refusals around the limit raise one alert, which clears only below half of it', async () => {
  const { world, look } = await start();
  const count = (refused: number, deliveredToo: number) => {
    const at = world.clock.now() - (world.clock.now() % minuteMs);
    const counts = { ...noCounts, endpointId: 'e1', at, refused, delivered: deliveredToo };
    return world.store.addRollups([counts]);
  };
  await count(5, 10);
  world.clock.advance(5 * minuteMs);
  await count(5, 10);
  expect(await look()).toEqual(['+refusals e1']);
  // A share of 10 in 99, where a fifth raises and a tenth holds; then 10 in 101.
  await count(0, 69);
  expect(await look()).toEqual([]);
  await count(0, 2);
  expect(await look()).toEqual(['-refusals e1']);
  await count(10, 0);
  expect(await look()).toEqual([]);
  await count(10, 0);
  expect(await look()).toEqual(['+refusals e1']);
  // The first five have left the window.
  world.clock.advance(11 * minuteMs);
  expect(await look()).toEqual([]);
  world.clock.advance(5 * minuteMs);
  expect(await look()).toEqual(['-refusals e1']);
});

test('thresholds that someone sets hold from the next look on', async () => {
  const { world, look } = await start();
  const set = (more: Partial<AlertThresholds>) =>
    world.store.putAlertThresholds({ ...alertThresholdDefaults, ...more });
  await world.append('t1', 10_000);
  world.clock.advance(2 * minuteMs);
  await set({ backlogAgeMs: minuteMs });
  expect(await look()).toEqual(['+backlog-age e1']);
  await set({ backlogAgeMs: 10 * minuteMs });
  expect(await look()).toEqual(['-backlog-age e1']);
});

test('two processes that watch raise and clear each alert once', async () => {
  const { world, look } = await start();
  const others: string[] = [];
  const stop = new AbortController();
  const running = watchAlerts(
    {
      store: world.store,
      clock: world.clock,
      observer: {
        alertRaised: ({ kind }) => others.push(`+${kind}`),
        alertCleared: ({ kind }) => others.push(`-${kind}`),
        failed: (_doing, error) => others.push(String(error)),
      },
    },
    stop.signal,
  );
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  await world.store.pauseEndpoint('e1', 'operator', '');
  const told = [...(await look()), ...(await look())];
  await world.store.resumeEndpoint('e1');
  told.push(...(await look()), ...(await look()));
  const both = [...told.map((each) => each.slice(0, -3)), ...others].sort();
  expect(both).toEqual(['+endpoint-paused', '-endpoint-paused']);
  expect((await world.store.listAlerts({}, { limit: 9 })).items).toHaveLength(1);
});

test('a process whose own clock is an hour ahead finds nothing old that has just been recorded', async () => {
  const { world, look } = await start();
  const raised: string[] = [];
  const stop = new AbortController();
  const { clock } = world;
  const running = watchAlerts(
    {
      store: world.store,
      clock: {
        now: () => clock.now() + 3_600_000,
        monotonicMs: () => clock.monotonicMs(),
        sleep: (ms, signal) => clock.sleep(ms, signal),
      },
      observer: {
        alertRaised: ({ kind }) => raised.push(kind),
        alertCleared: ({ kind }) => raised.push(`-${kind}`),
        failed: (_doing, error) => raised.push(String(error)),
      },
    },
    stop.signal,
  );
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  await world.append('t1', 10_000);
  expect([...(await look()), ...(await look())]).toEqual([]);
  expect(raised).toEqual([]);
});

test('a look that fails is told of, and the next one finds what is there', async () => {
  const { world, look, failures } = await start();
  const { readAlertSigns } = world.store;
  await look();
  Object.assign(world.store, { readAlertSigns: () => Promise.reject(new Error('away')) });
  await world.store.pauseEndpoint('e1', 'operator', '');
  expect(await look()).toEqual([]);
  expect(failures.map(String)).toEqual(['Error: away']);
  Object.assign(world.store, { readAlertSigns });
  expect(await look()).toEqual(['+endpoint-paused e1']);
});
