import { once } from 'node:events';
import { connect } from 'node:net';
import { VirtualClock } from '@doorbell/engine/testing';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { followAttempts } from '../src/follow-attempts.ts';
import { Tail, type TailEvent } from '../src/tail.ts';
import { aTailEvent } from './a-tail-event.ts';
import { openBrowserAs, openBrowserOfCustomer } from './browser.ts';
import { startReceiver, until } from './receiver.ts';
import { addCustomer, change, startApp, type TestApp } from './start-app.ts';
import { type Watcher, watch } from './watch-tail.ts';

test('what is delivered is seen by those who watch, as it happens', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver({ state: 403, payload: 'not ours' });
  await addCustomer(app, { url: receiver.url });
  const { response, events } = await watch(app);
  expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  await app.call('POST', '/v1/state-changes', [change]);
  const seen = await until(async () => events.find(({ name }) => name === 'notification'));
  expect(seen.data).toMatchObject({
    customerId: 'acme',
    endpointId: 'acme-main',
    houseTaskId: 'task-1',
    houseId: 'house-1',
    state: 9000,
    sequence: 1,
    attempt: 1,
    outcome: 'refused',
    result: 2,
    httpStatus: 200,
    responseState: 403,
  });
  expect(String(seen.data.at)).toMatch(/^\d{4}-.*Z$/);
});

test('each sees only what its filter lets through', async () => {
  const app = await startApp();
  const all = await watch(app);
  const mine = await watch(app, '?customerId=acme&outcome=retry');
  await until(async () => (all.events.length > 0 && mine.events.length > 0) || undefined);
  app.tail.publish(aTailEvent({ houseTaskId: 'a' }));
  app.tail.publish(aTailEvent({ houseTaskId: 'b', outcome: 'retry', customerId: 'other' }));
  app.tail.publish(aTailEvent({ houseTaskId: 'c', outcome: 'retry' }));
  const tasks = ({ events }: Watcher) =>
    events.filter(({ name }) => name === 'notification').map(({ data }) => data.houseTaskId);
  await until(async () => (tasks(all).length === 3 && tasks(mine).length === 1) || undefined);
  expect(tasks(all)).toEqual(['a', 'b', 'c']);
  expect(tasks(mine)).toEqual(['c']);
  expect((await app.call('GET', '/v1/tail?outcome=nothing')).status).toBe(400);
});

test('who leaves is forgotten, and who stays does not keep the server from closing', async () => {
  const app = await startApp();
  const leaving = await watch(app);
  expect(app.tail.isWatched).toBe(true);
  leaving.response.destroy();
  await until(async () => !app.tail.isWatched || undefined);
  const staying = await watch(app);
  await app.close();
  await until(async () => staying.response.complete || undefined);
});

const endings: Readonly<Record<string, (app: TestApp) => Promise<Record<string, string>>>> = {
  'a link': async (app) => {
    await addCustomer(app);
    const { cookie } = await openBrowserOfCustomer(app, 'acme');
    return { cookie };
  },
  'a session': async (app) => ({ cookie: (await openBrowserAs(app, 'viewer')).cookie }),
  'a key': async (app) => {
    const made = await app.call('POST', '/v1/api-keys', { name: 'watcher', scopes: ['read'] });
    return { authorization: `Bearer ${made.json.key}` };
  },
};

async function endAll(app: TestApp): Promise<void> {
  for (const { id } of (await app.call('GET', '/v1/portal-links')).json.items) {
    await app.call('DELETE', `/v1/portal-links/${id}`);
  }
  for (const { name } of await app.store.listUsers()) await app.store.editUser(name, { disabled: true });
  for (const { id } of await app.store.listApiKeys()) await app.store.revokeApiKey(id);
}

test.each(Object.entries(endings))(
  'who watched by %s sees nothing more once it has ended',
  async (_by, enter) => {
    const clock = new VirtualClock();
    const app = await startApp({ clock });
    const watcher = await watch(app, '', await enter(app));
    clock.advance(5_000);
    await until(async () => clock.sleeping > 0 || undefined);
    expect(app.tail.isWatched).toBe(true);
    await endAll(app);
    await until(async () => {
      clock.advance(250);
      return app.tail.isWatched ? undefined : true;
    });
    app.tail.publish(aTailEvent());
    await until(async () => watcher.response.complete || undefined);
    expect(watcher.events.map(({ name }) => name)).not.toContain('notification');
  },
);

test('a customer who watches as often as it may leaves room for others', async () => {
  const app = await startApp();
  await addCustomer(app);
  const { cookie } = await openBrowserOfCustomer(app, 'acme');
  for (let open = 0; open < 20; open += 1) {
    expect((await watch(app, '', { cookie })).response.statusCode).toBe(200);
  }
  const refused = await watch(app, '', { cookie });
  expect(refused.response.statusCode).toBe(503);
  expect((await watch(app)).response.statusCode).toBe(200);
});

test('who left before the stream began is forgotten as well', async () => {
  const app = await startApp();
  const { cookie } = await openBrowserAs(app, 'viewer');
  const { hostname, port } = new URL(await app.listen());
  const asked = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const find = app.store.findSession;
  vi.spyOn(app.store, 'findSession').mockImplementation(async (hash) => {
    asked.resolve();
    await gone.promise;
    return find(hash);
  });
  const listen = vi.spyOn(app.tail, 'listen');
  const socket = connect(Number(port), hostname);
  socket.write(`GET /v1/tail HTTP/1.1\r\nhost: localhost\r\ncookie: ${cookie}\r\n\r\n`);
  await asked.promise;
  const closed = once(socket, 'close');
  socket.destroy();
  await closed;
  await until(async () => ((await app.connections()) === 0 ? true : undefined));
  gone.resolve();
  await until(async () => listen.mock.calls.length > 0 || undefined);
  await until(async () => !app.tail.isWatched || undefined);
});

test('what other processes deliver is read from the database, each attempt once', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  const clock = new VirtualClock();
  const tail = new Tail();
  const seen: TailEvent[] = [];
  const stopping = new AbortController();
  const ports = { tail, admin: app.store, clock, logger: pino({ level: 'silent' }) };
  const following = followAttempts(ports, stopping.signal);
  const poll = async () => {
    await until(async () => clock.sleeping > 0 || undefined);
    clock.advance(500);
    await until(async () => clock.sleeping > 0 || undefined);
  };
  const end = tail.listen({ filter: {}, receive: (one) => seen.push(one) });
  await poll();
  for (const houseTaskId of ['a', 'b']) {
    await app.call('POST', '/v1/state-changes', [{ ...change, houseTaskId }]);
    await until(
      async () =>
        (await app.call('GET', `/v1/notifications?result=1&houseTaskId=${houseTaskId}`)).json.items[0],
    );
    await poll();
    await poll();
  }
  end();
  stopping.abort();
  clock.advance(500);
  await following;
  expect(seen.map(({ houseTaskId }) => houseTaskId)).toEqual(['a', 'b']);
  expect(seen[0]).toMatchObject({ customerId: 'acme', result: 1, outcome: 'accepted', responseState: 200 });
});
