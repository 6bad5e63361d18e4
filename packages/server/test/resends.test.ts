import { systemClock } from '@doorbell/engine/system';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runResendJobs } from '../src/run-resend-jobs.ts';
import { startReceiver, until } from './receiver.ts';
import { addCustomer, change, startApp, type TestApp } from './start-app.ts';

const tasks = 450;
type ResendAdmin = Parameters<typeof runResendJobs>[0]['admin'];

/** An app with so many notifications that were refused, and a receiver that takes them now. */
async function startRefused(): Promise<TestApp> {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver({ state: 403, payload: 'not ours' });
  await addCustomer(app, { url: receiver.url });
  const changes = Array.from({ length: tasks }, (_, index) => ({ ...change, houseTaskId: `task-${index}` }));
  await app.call('POST', '/v1/state-changes', changes);
  await until(async () => ((await count(app, 2)) === tasks ? true : undefined));
  receiver.answerWith({ state: 200, payload: 'Success' });
  return app;
}

function count(app: TestApp, result: 0 | 1 | 2): Promise<number> {
  return app.store.countNotifications({ result }, 100_000);
}

function runJobs(app: TestApp, admin: ResendAdmin = app.store): AbortController {
  const stopping = new AbortController();
  const ports = {
    admin,
    engine: app.engine,
    clock: systemClock,
    logger: pino({ level: 'silent' }),
  };
  const running = runResendJobs(ports, stopping.signal);
  onTestFinished(async () => {
    stopping.abort();
    await running;
  });
  return stopping;
}

function verbsOf(store: ResendAdmin): ResendAdmin {
  return {
    claimResendJob: (leaseMs) => store.claimResendJob(leaseMs),
    stepResendJob: (step, leaseMs) => store.stepResendJob(step, leaseMs),
    listNotifications: (filter, page) => store.listNotifications(filter, page),
  };
}

test('a resend is previewed, started, followed and done; everything that was refused is delivered', async () => {
  const app = await startRefused();
  const filter = { result: 2 };
  const preview = await app.call('POST', '/v1/resends', { filter, dryRun: true });
  expect(preview.status).toBe(200);
  expect(preview.json.matches).toBe(tasks);
  expect(preview.json.sample).toHaveLength(5);
  const few = await app.call('POST', '/v1/resends', { filter, expected: tasks - 1 });
  expect([few.status, few.json.type]).toEqual([409, '/problems/more-than-expected']);

  const started = await app.call('POST', '/v1/resends', { filter, expected: tasks });
  expect(started.status).toBe(202);
  expect(started.json).toMatchObject({ state: 'running', total: tasks, done: 0, endedAt: null });
  runJobs(app);
  const { id } = started.json;
  const done = await until(async () => {
    const { json } = await app.call('GET', `/v1/resends/${id}`);
    return json.state === 'done' ? json : undefined;
  });
  expect(done).toMatchObject({ done: tasks, resent: tasks });
  await until(async () => ((await count(app, 1)) === tasks ? true : undefined));
  expect((await app.call('GET', '/v1/resends')).json.items).toEqual([done]);
  const audit = await app.call('GET', '/v1/audit-log?action=resend.start');
  expect(audit.json.items[0]).toMatchObject({ target: id, after: { matches: tasks } });
});

test('a resend that is stopped sends nothing more', async () => {
  const app = await startRefused();
  const { id } = (await app.call('POST', '/v1/resends', { filter: { result: 2 } })).json;
  const stopped = await app.call('POST', `/v1/resends/${id}/stop`, {});
  expect(stopped.json).toMatchObject({ state: 'stopped', done: 0 });
  runJobs(app);
  const { id: second } = (await app.call('POST', '/v1/resends', { filter: { result: 1 } })).json;
  await until(async () =>
    (await app.call('GET', `/v1/resends/${second}`)).json.state === 'done' ? true : undefined,
  );
  expect(await count(app, 2)).toBe(tasks);
  expect((await app.call('POST', '/v1/resends/nothing/stop', {})).status).toBe(404);
  expect((await app.call('GET', '/v1/resends/nothing')).status).toBe(404);
  expect((await app.call('POST', '/v1/resends', { filter: {} })).status).toBe(400);
});

/** Runs a resend that finds nothing, and so ends only when those before it are over. */
async function outlast(app: TestApp): Promise<void> {
  const { id } = (await app.call('POST', '/v1/resends', { filter: { result: 4 } })).json;
  await until(async () =>
    (await app.call('GET', `/v1/resends/${id}`)).json.state === 'done' ? true : undefined,
  );
}

test('a resend that is stopped while it lists a part resends nothing of it', async () => {
  const app = await startRefused();
  const { id } = (await app.call('POST', '/v1/resends', { filter: { result: 2 } })).json;
  runJobs(app, {
    ...verbsOf(app.store),
    async stepResendJob(step, leaseMs) {
      await app.call('POST', `/v1/resends/${id}/stop`, {});
      return app.store.stepResendJob(step, leaseMs);
    },
  });
  await outlast(app);
  expect((await app.call('GET', `/v1/resends/${id}`)).json).toMatchObject({ state: 'stopped', done: 0 });
  expect(await count(app, 2)).toBe(tasks);
});

test('a resend goes on after a restart with what comes after its last part', async () => {
  const app = await startRefused();
  const filter = { result: 2 } as const;
  const { id } = (await app.call('POST', '/v1/resends', { filter })).json;
  // As if another process had done a part, without a trace in the notifications, and was gone.
  const job = await app.store.claimResendJob(1);
  const page = await app.store.listNotifications(job?.filter ?? {}, { limit: 200, order: 'oldest-first' });
  const from = { done: 0, cursor: null };
  await app.store.stepResendJob({ id, done: 200, resend: [], cursor: page.next, from }, 1);
  runJobs(app);
  const done = await until(async () => {
    const { json } = await app.call('GET', `/v1/resends/${id}`);
    return json.state === 'done' ? json : undefined;
  });
  expect(done).toMatchObject({ done: tasks, resent: tasks - 200 });
  expect(await count(app, 2)).toBe(200);
});

test('a resend of what was delivered sends nothing twice when its process ends just after a part', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  await app.call('POST', '/v1/state-changes', change);
  await until(async () => ((await count(app, 1)) === 1 ? true : undefined));
  const { id } = (await app.call('POST', '/v1/resends', { filter: { customerId: 'acme' } })).json;
  runJobs(app, {
    ...verbsOf(app.store),
    async stepResendJob(step, leaseMs) {
      await app.store.stepResendJob(step, leaseMs);
      throw new Error('the process died');
    },
  });
  const job = await until(async () => {
    const { json } = await app.call('GET', `/v1/resends/${id}`);
    return json.state === 'done' ? json : undefined;
  });
  expect(job).toMatchObject({ resent: 1 });
  await until(async () => ((await count(app, 1)) === 1 ? true : undefined));
  expect(receiver.requests.length).toBe(2);
});

test('who stops a resend is written down even if stopping it fails', async () => {
  const app = await startRefused();
  const { id } = (await app.call('POST', '/v1/resends', { filter: { result: 2 } })).json;
  vi.spyOn(app.store, 'stopResendJob').mockRejectedValueOnce(new Error('the process died'));
  expect((await app.call('POST', `/v1/resends/${id}/stop`, {})).status).toBe(500);
  const { json } = await app.call('GET', '/v1/audit-log?action=resend.stop');
  expect(json.items).toMatchObject([{ target: id, before: { state: 'running' }, actor: { kind: 'key' } }]);
});

test('a resend leaves alone what is delivered between being listed and its turn', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  await app.call('POST', '/v1/state-changes', change);
  await until(async () => ((await count(app, 1)) === 1 ? true : undefined));
  const { store } = app;
  const { id } = (await app.call('POST', '/v1/resends', { filter: { result: 1 } })).json;
  runJobs(app, {
    ...verbsOf(store),
    async listNotifications(filter, page) {
      const listed = await store.listNotifications(filter, page);
      return { ...listed, items: listed.items.map((item) => ({ ...item, result: 2 })) };
    },
  });
  const done = await until(async () => {
    const { json } = await app.call('GET', `/v1/resends/${id}`);
    return json.state === 'done' ? json : undefined;
  });
  expect(done).toMatchObject({ done: 1, resent: 0 });
  expect(await count(app, 1)).toBe(1);
});

test('a resend sends the notifications of one task in their order', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  const states = [9000, 10000, 20000].map((state) => ({ ...change, state }));
  await app.call('POST', '/v1/state-changes', states);
  await until(async () => ((await count(app, 1)) === 3 ? true : undefined));
  await app.call('POST', '/v1/resends', { filter: { result: 1 } });
  runJobs(app);
  await until(async () => (receiver.requests.length === 6 ? true : undefined));
  const sequences = receiver.requests.map(({ headers }) => headers['doorbell-sequence']);
  expect(sequences).toEqual(['1', '2', '3', '1', '2', '3']);
});
