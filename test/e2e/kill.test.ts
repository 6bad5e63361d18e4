import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ApiClient, apiClient, createKey } from './api-client.ts';
import { end, type Started, startDoorbell, startIndependentReceiver, until } from './process.ts';
import { type Seen, seen } from './seen.ts';

const signKey = 'e2e-sign-key-3f9a1c';
const tasks = 200;
const changesPerTask = 10;
const batch = 50;
/** A life that comes back from review four times, so that no (task, state) pair identifies a notification. */
const states = [9000, 10000, 20000, 30000, 40000, 45000, 40000, 45000, 40000, 45000];

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

describe('kill -9 of the server in the middle of 2,000 changes over 200 tasks', () => {
  it('loses none, keeps the order of each task, and repeats only what was not settled', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'doorbell-kill-'));
    cleanUp.push(() => rm(folder, { recursive: true, force: true }));
    const data = join(folder, 'doorbell.db');
    const key = await createKey(data);
    const receiver = track(await startIndependentReceiver(signKey, 5));
    const first = track(await serve(data));
    const api = apiClient(first.url, key);
    await api.put('/v1/customers/acme', { name: 'Acme' });
    const saved = await api.put('/v1/endpoints/acme-main', {
      customerId: 'acme',
      url: receiver.url,
      signKey,
    });
    expect(saved.status).toBeLessThan(300);

    const batches = allChanges();
    const half = batches.length / 2;
    const firstHalf = await Promise.allSettled(
      batches.slice(0, half).map((changes) => api.post('/v1/state-changes', changes)),
    );
    expect(firstHalf.filter((answer) => answer.status === 'rejected')).toEqual([]);
    // Some of the second half is on its way when the server dies: its producer cannot know what was recorded.
    const doubtful = Promise.allSettled(
      batches.slice(half).map((changes) => api.post('/v1/state-changes', changes)),
    );
    await until(async () => (await seen(receiver)).length >= 300);
    await end(first);
    const killedAt = Date.now();
    await doubtful;

    const second = track(await serve(data));
    const again = apiClient(second.url, key);
    for (const changes of batches.slice(half)) {
      expect((await again.post('/v1/state-changes', changes)).status).toBe(202);
    }
    await until(async () => (await pending(again)) === 0);
    judge(await seen(receiver), killedAt);
  }, 120_000);
});

function judge(all: readonly Seen[], killedAt: number): void {
  expect(all.filter(({ verdict }) => verdict !== 'verified')).toEqual([]);

  const firsts = new Map<string, Seen>();
  const repeats: Seen[] = [];
  for (const notification of all) {
    const id = `${notification.houseTaskId}.${notification.sequence}`;
    if (firsts.has(id)) repeats.push(notification);
    else firsts.set(id, notification);
  }
  expect(firsts.size, 'none missing').toBe(tasks * changesPerTask);

  const order = new Map<string, number[]>();
  for (const { houseTaskId, sequence, state } of firsts.values()) {
    order.set(houseTaskId, [...(order.get(houseTaskId) ?? []), sequence]);
    expect(state, `${houseTaskId}.${sequence}`).toBe(states[sequence - 1]);
  }
  const inOrder = Array.from({ length: changesPerTask }, (_, index) => index + 1);
  expect([...order.values()].filter((sequences) => sequences.join() !== inOrder.join())).toEqual([]);

  expect(all.filter(({ at }) => at < killedAt).length, 'the kill came in the middle').toBeLessThan(
    tasks * changesPerTask,
  );
  // The endpoint may have 32 requests out, and as many claimed ahead: 64 that may be answered while those of the round
  // before are still being settled.
  expect(repeats.length).toBeLessThanOrEqual(4 * 32);
  for (const repeat of repeats) {
    const first = firsts.get(`${repeat.houseTaskId}.${repeat.sequence}`);
    expect(first?.at, 'a repeat was first sent before the kill').toBeLessThanOrEqual(killedAt);
    expect(repeat.at, 'and again after it').toBeGreaterThanOrEqual(killedAt);
  }
  const perNotification = new Set(repeats.map(({ houseTaskId, sequence }) => `${houseTaskId}.${sequence}`));
  expect(perNotification.size, 'and only once more').toBe(repeats.length);
}

function allChanges(): readonly unknown[][] {
  const changes = Array.from({ length: changesPerTask }, (_, step) =>
    Array.from({ length: tasks }, (_, task) => ({
      customerId: 'acme',
      houseTaskId: `task-${task}`,
      houseId: `house-${task}`,
      packageId: `package-${task}`,
      userId: 'u1',
      userName: '张三 Lee',
      state: states[step],
      eventId: `task-${task}/${step}`,
    })),
  ).flat();
  return Array.from({ length: changes.length / batch }, (_, index) =>
    changes.slice(index * batch, (index + 1) * batch),
  );
}

function serve(data: string): Promise<Started> {
  return startDoorbell('serve', '--port', '0', '--data', data, '--allow-network', '127.0.0.0/8');
}

function track(started: Started): Started {
  cleanUp.push(() => end(started));
  return started;
}

async function pending(api: ApiClient): Promise<number> {
  return (await api.get('/v1/notifications?result=0&limit=1')).body.items.length;
}
