import { setImmediate } from 'node:timers/promises';
import { RollupTally } from '@doorbell/engine';
import { VirtualClock } from '@doorbell/engine/testing';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { keepRollups } from '../src/keep-rollups.ts';
import { startReceiver, until } from './receiver.ts';
import { addCustomer, change, faultsOf, startApp, type TestApp } from './start-app.ts';

async function deliverOne(app: TestApp, houseTaskId: string, attempts = 1): Promise<void> {
  await app.call('POST', '/v1/state-changes', [{ ...change, houseTaskId }]);
  await until(async () => {
    const [item] = (await app.call('GET', `/v1/notifications?houseTaskId=${houseTaskId}`)).json.items;
    return item.attemptCount >= attempts ? item : undefined;
  });
}

test('the overview of an idle server shows an hour of empty minutes', async () => {
  const app = await startApp();
  await addCustomer(app);
  const { status, json } = await app.call('GET', '/v1/overview');
  expect(status).toBe(200);
  expect(json.buckets.length).toBeGreaterThanOrEqual(60);
  expect(json.buckets[0]).toMatchObject({ delivered: 0, retried: 0, latencyMs: null });
  expect(json.totals).toEqual({ delivered: 0, refused: 0, failed: 0, retried: 0, successRate: null });
  expect(json.latencyMs).toBeNull();
  expect(json.backlog).toEqual({ pending: 0, oldestPendingAt: null, claimable: 0, lanesParked: 0 });
  expect(json.endpointsInTrouble).toEqual([]);
});

test('what was delivered, refused and is tried again is counted, with how long it took', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  await deliverOne(app, 'accepted');
  receiver.answerWith({ state: 403, payload: 'not ours' });
  await deliverOne(app, 'refused');
  receiver.answerWith({ state: 500, payload: 'down' });
  await deliverOne(app, 'tried-again');
  await app.flushRollups();

  for (const query of ['', '?customerId=acme', '?endpointId=acme-main', '?bucketMs=3600000']) {
    const { json } = await app.call('GET', `/v1/overview${query}`);
    expect(json.totals).toEqual({ delivered: 1, refused: 1, failed: 0, retried: 1, successRate: 0.5 });
    expect(json.latencyMs.p50).toBeGreaterThan(0);
    expect(json.backlog.pending).toBe(1);
    const counted = json.buckets.reduce(
      (sum: number, bucket: { delivered: number }) => sum + bucket.delivered,
      0,
    );
    expect(counted).toBe(1);
  }
  const others = (await app.call('GET', '/v1/overview?customerId=other')).json;
  expect(others.totals).toMatchObject({ delivered: 0, retried: 0 });
  expect(others.backlog.pending).toBe(0);
});

test('endpoints in trouble are named with the reason and since when', async () => {
  const clock = new VirtualClock();
  const app = await startApp({ clock });
  await addCustomer(app);
  const endpoint = { customerId: 'acme', url: 'https://hooks.example.com/doorbell', signKey: 'k' };
  for (const id of ['late', 'failing', 'fine']) await app.call('PUT', `/v1/endpoints/${id}`, endpoint);
  await app.call('POST', '/v1/state-changes', [change]);
  const at = clock.now();
  await app.call('POST', '/v1/endpoints/acme-main/pause', { detail: 'Moving.' });
  clock.advance(11 * 60_000);
  const minute = clock.now() - (clock.now() % 60_000);
  const latency = Array.from({ length: 32 }, () => 0);
  await app.store.addRollups([
    { endpointId: 'failing', at: minute, delivered: 2, refused: 0, failed: 1, retried: 7, latency },
    { endpointId: 'fine', at: minute, delivered: 9, refused: 0, failed: 0, retried: 8, latency },
  ]);
  const { json } = await app.call('GET', '/v1/overview');
  const troubles = Object.fromEntries(
    json.endpointsInTrouble.map((trouble: { endpointId: string }) => [trouble.endpointId, trouble]),
  );
  expect(troubles['acme-main']).toEqual({
    endpointId: 'acme-main',
    customerId: 'acme',
    reason: 'paused',
    since: new Date(at).toISOString(),
    detail: 'operator: Moving.',
    pending: 1,
  });
  expect(troubles.late).toMatchObject({ reason: 'backlog', pending: 1, since: new Date(at).toISOString() });
  expect(troubles.failing).toMatchObject({
    reason: 'failing',
    detail: '8 of 10 tries of the last 15 minutes were not accepted',
  });
  expect(troubles.fine).toMatchObject({ reason: 'backlog' });
  expect(json.backlog).toMatchObject({ pending: 4, oldestPendingAt: new Date(at).toISOString() });
});

test('the health of an endpoint tells when it was paused and resumed', async () => {
  const app = await startApp();
  await addCustomer(app);
  await app.call('POST', '/v1/endpoints/acme-main/pause', { detail: 'Moving.' });
  await app.call('POST', '/v1/endpoints/acme-main/resume', {});
  const { json, status } = await app.call('GET', '/v1/endpoints/acme-main/health?bucketMs=3600000');
  expect(status).toBe(200);
  expect(json.events.map(({ kind, detail }: { kind: string; detail: string }) => [kind, detail])).toEqual([
    ['resumed', ''],
    ['paused', 'operator: Moving.'],
  ]);
  expect(json).toMatchObject({ pending: 0, oldestPendingAt: null, claimable: 0, lanesParked: 0 });
  expect((await app.call('GET', '/v1/endpoints/nobody/health')).status).toBe(404);
});

test('a span that no chart can show is refused by name', async () => {
  const app = await startApp();
  const faults = async (query: string) => faultsOf(await app.call('GET', `/v1/overview?${query}`));
  expect(await faults('bucketMs=90000')).toEqual(['/bucketMs field-not-allowed']);
  expect(await faults('from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')).toEqual([
    '/from field-not-allowed',
  ]);
  expect(await faults('from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z')).toEqual([
    '/bucketMs field-not-allowed',
  ]);
  expect(await faults('from=yesterday')).toEqual(['/from field-not-allowed']);
});

test('statistics that the database does not take are written with the next ones', async () => {
  const clock = new VirtualClock();
  const tally = new RollupTally();
  const latency = Array.from({ length: 32 }, () => 0);
  tally.giveBack([{ endpointId: 'e1', at: 0, delivered: 3, refused: 0, failed: 0, retried: 0, latency }]);
  const written: number[] = [];
  const warnings: string[] = [];
  const stopping = new AbortController();
  let tries = 0;
  const admin = {
    addRollups: async (rollups: readonly { delivered: number }[]) => {
      tries += 1;
      if (tries === 1) throw new Error('The database is away.');
      written.push(...rollups.map(({ delivered }) => delivered));
      stopping.abort();
    },
    retireRollups: async () => {},
  };
  const logger = pino({}, { write: (line) => warnings.push(line) });
  const keeping = keepRollups({ tally, admin, clock, logger }, stopping.signal);
  while (!stopping.signal.aborted) {
    clock.advance(1_000);
    await setImmediate();
  }
  await keeping;
  expect(written).toEqual([3]);
  expect(warnings.join()).toContain('Statistics could not be written');
});

test('old statistics are forgotten at once, and then every hour', async () => {
  const clock = new VirtualClock();
  const stopping = new AbortController();
  let times = 0;
  const admin = {
    addRollups: async () => {},
    retireRollups: async () => {
      times += 1;
      if (times === 2) throw new Error('the database is away');
    },
  };
  const logger = pino({ level: 'silent' });
  const keeping = keepRollups({ tally: new RollupTally(), admin, clock, logger }, stopping.signal);
  const seconds = async (count: number) => {
    for (let second = 0; second < count; second += 1) {
      clock.advance(1_000);
      await setImmediate();
    }
  };
  await seconds(1);
  expect(times).toBe(1);
  await seconds(3_599);
  expect(times).toBe(1);
  await seconds(2);
  expect(times).toBe(2);
  await seconds(3_600);
  expect(times).toBe(3);
  stopping.abort();
  await keeping;
});
