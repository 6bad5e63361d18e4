import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { apiClient, createKey } from './api-client.ts';
import { end, type Started, startDoorbell, startIndependentReceiver, until } from './process.ts';
import { seen } from './seen.ts';

const signKey = 'unplug-sign-key-71be';
const states = [9000, 10000, 20000, 30000, 40000, 50000];
const tasks = ['a', 'b', 'c'];

describe('unplugging a receiver', () => {
  it('holds up only its own endpoint, and plugging it in drains in order', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'doorbell-unplug-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const key = await createKey(folder);
    const steady = track(await startIndependentReceiver(signKey, 0));
    const unplugged = track(await startIndependentReceiver(signKey, 0));
    const serving = ['serve', '--port', '0', '--data', folder, '--allow-network', '127.0.0.0/8'];
    const api = apiClient(track(await startDoorbell(...serving)).url, key);
    for (const [id, receiver] of [['steady', steady] as const, ['unplugged', unplugged] as const]) {
      await api.put(`/v1/customers/${id}`, { name: id });
      await api.put(`/v1/endpoints/${id}`, { customerId: id, url: receiver.url, signKey });
    }

    await end(unplugged);
    const changes = states.flatMap((state) =>
      ['steady', 'unplugged'].flatMap((customerId) => tasks.map((task) => aChange(customerId, task, state))),
    );
    expect((await api.post('/v1/state-changes', changes)).status).toBe(202);
    await until(async () => (await seen(steady)).length === states.length * tasks.length);
    const waiting = await api.get('/v1/notifications?customerId=unplugged&result=0&limit=100');
    expect(waiting.body.items).toHaveLength(states.length * tasks.length);
    expect(waiting.body.items.at(-1).lastAttempt.reason).toBe('refused');

    const port = Number(new URL(unplugged.url).port);
    const plugged = track(await startIndependentReceiver(signKey, 0, port));
    await until(async () => (await seen(plugged)).length === states.length * tasks.length);
    for (const receiver of [steady, plugged]) {
      const all = await seen(receiver);
      expect(all.every(({ verdict }) => verdict === 'verified')).toBe(true);
      for (const task of tasks) {
        const ofTask = all.filter(({ houseTaskId }) => houseTaskId === task);
        expect(ofTask.map(({ state }) => state)).toEqual(states);
      }
    }
  }, 90_000);
});

function aChange(customerId: string, houseTaskId: string, state: number): unknown {
  const ids = { houseId: `house-${houseTaskId}`, packageId: 'p', userId: 'u', userName: '李四' };
  return { customerId, houseTaskId, ...ids, state };
}

function track(started: Started): Started {
  onTestFinished(() => end(started));
  return started;
}
