import { expect } from 'vitest';
import type { EndpointDraft } from '../../endpoint.ts';
import { dayMs, type Retired } from '../../retention.ts';
import type { Cases } from '../store-contract.ts';
import { delivered, failed, leaseMs, refused, retryIn, type World } from './world.ts';

const retentionMs = 30 * dayMs;

/** Lets so many days go by, then retires until there is no more. Returns what went. */
async function passDays(world: World, days: number): Promise<Omit<Retired, 'more'>> {
  world.clock.advance(days * dayMs);
  const gone = { attempts: 0, changes: 0, notices: 0 };
  for (let more = true; more; ) {
    const retired = await world.store.retire(retentionMs);
    gone.attempts += retired.attempts;
    gone.changes += retired.changes;
    gone.notices += retired.notices;
    more = retired.more;
  }
  return gone;
}

/** As `setUp`, on a day like any other: a look at what is old has been taken before. */
async function begin(world: World, draft: Partial<EndpointDraft> = {}): Promise<void> {
  await world.setUp(draft);
  await passDays(world, 1);
}

async function historyOf(world: World, houseTaskId: string): Promise<readonly number[]> {
  const [task] = await world.store.findTasks(houseTaskId);
  return (task?.changes ?? []).map((change) => change.sequence);
}

/** Delivers changes 1 to 3 of a task, each at its first attempt. */
async function deliverThree(world: World, houseTaskId = 't1'): Promise<void> {
  await world.appendMany(houseTaskId, 3);
  await world.drain();
}

export const retireCases: Cases = {
  'takes nothing away before its time': async (world) => {
    await begin(world);
    await deliverThree(world);
    expect(await passDays(world, 29)).toMatchObject({ attempts: 0, changes: 0 });
    expect(await world.listNames()).toEqual(['t1.3', 't1.2', 't1.1']);
  },

  'takes attempts and settled changes away when they are old, and keeps the task with its last change':
    async (world) => {
      await begin(world);
      await deliverThree(world);
      expect(await passDays(world, 33)).toMatchObject({ attempts: 3, changes: 2 });
      expect(await world.listNames()).toEqual(['t1.3']);
      expect(await historyOf(world, 't1')).toEqual([3]);
      const tasks = await world.store.listTasks({}, { limit: 9 });
      expect(tasks.items).toMatchObject([{ houseTaskId: 't1', state: 30_000, lastSequence: 3 }]);
    },

  'goes on numbering where it was': async (world) => {
    await begin(world);
    await deliverThree(world);
    await passDays(world, 33);
    expect(await world.append('t1', 40_000)).toMatchObject({ sequence: 4, transition: 'legal' });
    expect(await world.drain()).toEqual(['t1.4']);
    expect(await historyOf(world, 't1')).toEqual([3, 4]);
  },

  'keeps everything of a lane with a notification that waits, its attempts too': async (world) => {
    await begin(world);
    await world.appendMany('t1', 3);
    await world.deliver();
    await world.settle(await world.claimOne(), retryIn(1_000));
    await world.store.pauseEndpoint('e1', 'operator', '');
    expect(await passDays(world, 99)).toMatchObject({ attempts: 1, changes: 0 });
    expect(await world.listNames()).toEqual(['t1.3', 't1.2', 't1.1']);
    expect(await world.notification('t1', 2)).toMatchObject({ result: 0, attempts: 1 });
    await world.store.resumeEndpoint('e1');
    expect(await world.drain()).toEqual(['t1.2', 't1.3']);
    expect(await passDays(world, 33)).toMatchObject({ attempts: 3, changes: 2 });
  },

  'keeps everything of a parked lane': async (world) => {
    await begin(world, { onGiveUp: 'park' });
    await world.appendMany('t1', 3);
    await world.deliver();
    await world.deliver({ kind: 'park' });
    expect((await passDays(world, 99)).changes).toBe(0);
    expect(await world.notification('t1', 2)).toMatchObject({ result: 3, attempts: 1 });
    await world.store.resend({ laneId: (await world.notification('t1', 2)).laneId, sequence: 2 }, 1);
    expect(await world.drain()).toEqual(['t1.2', 't1.3']);
  },

  'keeps what waits at another endpoint of the customer': async (world) => {
    await begin(world);
    await world.endpoint('e2');
    await deliverThree(world);
    await world.store.pauseEndpoint('e2', 'operator', '');
    expect(await passDays(world, 40)).toMatchObject({ attempts: 3, changes: 0 });
    await world.store.resumeEndpoint('e2');
    expect(await world.drain('e2')).toEqual(['t1.1', 't1.2', 't1.3']);
  },

  'keeps a change that was sent again, and those after it, until that is old as well': async (world) => {
    await begin(world);
    await deliverThree(world);
    await passDays(world, 20);
    const { laneId } = await world.notification('t1', 2);
    await world.store.resend({ laneId, sequence: 2 }, 1);
    expect(await world.drain()).toEqual(['t1.2']);
    await passDays(world, 20);
    expect(await historyOf(world, 't1')).toEqual([2, 3]);
    await passDays(world, 20);
    expect(await historyOf(world, 't1')).toEqual([3]);
  },

  'keeps a change that is to be sent again and waits, though nothing else is left of it': async (world) => {
    await begin(world);
    await deliverThree(world);
    const { laneId } = await world.notification('t1', 3);
    // The last change of a task outlives its attempts.
    expect(await passDays(world, 33)).toMatchObject({ attempts: 3, changes: 2 });
    await world.append('t1', 40_000);
    await world.drain();
    await world.store.pauseEndpoint('e1', 'operator', '');
    expect(await world.store.resend({ laneId, sequence: 3 }, 1)).toEqual({ resent: 1 });
    expect((await passDays(world, 60)).changes).toBe(0);
    await world.store.resumeEndpoint('e1');
    expect(await world.drain()).toEqual(['t1.3']);
  },

  'takes results other than delivered away with their changes': async (world) => {
    await begin(world);
    await world.appendMany('t1', 4);
    await world.deliver(refused);
    await world.deliver(failed);
    await world.drain();
    await passDays(world, 33);
    expect(await world.list({ result: 2 })).toEqual([]);
    expect(await world.list({ result: 3 })).toEqual([]);
    expect(await historyOf(world, 't1')).toEqual([4]);
  },

  'keeps what was superseded as long as its result is young': async (world) => {
    await begin(world, { coalesce: 'latest' });
    await world.appendMany('t1', 3);
    await world.store.pauseEndpoint('e1', 'operator', '');
    await passDays(world, 40);
    await world.store.resumeEndpoint('e1');
    expect(await world.drain()).toEqual(['t1.3']);
    await passDays(world, 29);
    expect(await world.listNames({ result: 4 })).toEqual(['t1.2', 't1.1']);
    await passDays(world, 4);
    expect(await historyOf(world, 't1')).toEqual([3]);
  },

  'takes changes away that no endpoint was told of': async (world) => {
    await world.customer();
    await world.appendMany('t1', 3);
    expect(await passDays(world, 33)).toMatchObject({ attempts: 0, changes: 2 });
    expect(await historyOf(world, 't1')).toEqual([3]);
  },

  'has nothing to send again of what is gone': async (world) => {
    await begin(world);
    await deliverThree(world);
    const { laneId } = await world.notification('t1', 1);
    await passDays(world, 33);
    expect(await world.store.findNotification({ laneId, sequence: 1 })).toBeUndefined();
    expect(await world.store.resend({ laneId, sequence: 1 }, 1)).toEqual({ resent: 0 });
    expect(await world.store.resend({ houseTaskId: 't1' }, 9)).toEqual({ resent: 1 });
    expect(await world.drain()).toEqual(['t1.3']);
  },

  'remembers the eventId of a last change, however old': async (world) => {
    await begin(world);
    await world.append('t1', 10_000, { eventId: 'one' });
    await world.drain();
    await passDays(world, 99);
    expect(await world.append('t1', 10_000, { eventId: 'one' })).toMatchObject({ sequence: 1 });
    expect(await world.drain()).toEqual([]);
  },

  'comes to an end in parts, whatever there is': async (world) => {
    await begin(world, { inFlightMax: 1_000 });
    for (const state of [10_000, 20_000]) {
      const tasks = Array.from({ length: 700 }, (_, index) => world.change(`t${index}`, state));
      await world.store.append(tasks);
      const claims = await world.claim('e1', 1_000);
      await world.store.settle(claims.map((claim) => world.settlement(claim, delivered)));
    }
    expect(await passDays(world, 33)).toMatchObject({ attempts: 1_400, changes: 700 });
    expect((await world.store.listTasks({}, { limit: 1_000 })).items).toHaveLength(700);
  },

  'keeps everything when it is told to': async (world) => {
    await begin(world);
    await deliverThree(world);
    world.clock.advance(999 * dayMs);
    expect(await world.store.retire(null)).toEqual({ attempts: 0, changes: 0, notices: 0, more: false });
    expect(await world.listNames()).toEqual(['t1.3', 't1.2', 't1.1']);
    expect((await world.notification('t1', 1)).attempts).toBe(1);
  },

  'takes notices away that were sent, and none that waits': async (world) => {
    await begin(world);
    const notice = { endpointId: 'e1', url: 'https://e1.example/failed', fields: { notifyId: 'n1-1' } };
    await world.appendMany('t1', 2);
    await world.settle(await world.claimOne(), failed, notice);
    await world.settle(await world.claimOne(), failed, notice);
    const [first] = await world.store.claimNotices(1, leaseMs);
    if (first === undefined) throw new Error('no notice was due');
    await world.store.settleNotices([
      { id: first.id, epoch: first.epoch, step: { kind: 'done' }, detail: '200' },
    ]);
    expect((await passDays(world, 31)).notices).toBe(1);
    expect(await world.store.claimNotices(9, leaseMs)).toHaveLength(1);
  },
};
