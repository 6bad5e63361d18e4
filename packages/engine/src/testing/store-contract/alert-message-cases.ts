import { expect } from 'vitest';
import type { AlertDispatch, AlertMessageStep } from '../../alert-channel.ts';
import type { Cases } from '../store-contract.ts';
import { breakerOpen, raise } from './alert-cases.ts';
import { putChannel } from './alert-channel-cases.ts';
import type { World } from './world.ts';

const leaseMs = 30_000;
const sent: AlertMessageStep = { kind: 'sent' };

async function claimOne(world: World): Promise<AlertDispatch> {
  const [dispatch, ...more] = await world.store.claimAlertDispatches(10, leaseMs);
  expect(more).toEqual([]);
  if (dispatch === undefined) throw new Error('nothing to send');
  return dispatch;
}

function settle(
  world: World,
  { channel, epoch, messages }: AlertDispatch,
  step: AlertMessageStep,
  { pauseMs = 0, failure = null }: { pauseMs?: number; failure?: string | null } = {},
): Promise<boolean> {
  const steps = messages.map(({ id: messageId }) => ({ messageId, step }));
  return world.store.settleAlertDispatch({ channelId: channel.id, epoch, pauseMs, failure, steps });
}

const whatOf = ({ messages }: AlertDispatch) =>
  messages.map(({ event, alert }) => `${alert.endpointId} ${event}`);

export const alertMessageCases: Cases = {
  'tell of the raising and of the clearing': async (world) => {
    const channel = await putChannel(world);
    const alert = await raise(world);
    const queuedAt = world.clock.now();
    const dispatch = await claimOne(world);
    expect(dispatch).toMatchObject({ channel, messages: [{ event: 'raised', attempt: 1, queuedAt, alert }] });
    world.clock.advance(100);
    expect(await settle(world, dispatch, sent)).toBe(true);
    expect(await world.store.claimAlertDispatches(10, leaseMs)).toEqual([]);
    expect(await world.store.findAlertChannel('group')).toMatchObject({
      lastSentAt: queuedAt + 100,
      lastFailure: null,
    });
    const [cleared] = await world.store.clearAlerts([alert.id]);
    const end = await claimOne(world);
    expect(end.messages).toMatchObject([{ event: 'cleared', attempt: 1, alert: cleared }]);
    await settle(world, end, sent);
    expect(await world.store.claimAlertDispatches(10, leaseMs)).toEqual([]);
  },

  'wait for their retry, and count their tries': async (world) => {
    await putChannel(world);
    await raise(world);
    const failedAt = world.clock.now();
    const failure = 'HTTP 500';
    await settle(world, await claimOne(world), { kind: 'retry', delayMs: 5_000 }, { failure });
    expect(await world.store.findAlertChannel('group')).toMatchObject({
      lastFailedAt: failedAt,
      lastFailure: failure,
      lastSentAt: null,
    });
    world.clock.advance(4_999);
    expect(await world.store.claimAlertDispatches(10, leaseMs)).toEqual([]);
    world.clock.advance(1);
    const second = await claimOne(world);
    expect(second.messages).toMatchObject([{ attempt: 2 }]);
    await settle(world, second, { kind: 'given-up' }, { failure });
    world.clock.advance(leaseMs * 100);
    expect(await world.store.claimAlertDispatches(10, leaseMs)).toEqual([]);
  },

  'go to a channel in one hand at a time, and again when that one is gone': async (world) => {
    await putChannel(world);
    await raise(world);
    const claimed = await Promise.all(
      Array.from({ length: 5 }, () => world.store.claimAlertDispatches(10, leaseMs)),
    );
    const [first] = claimed.flat();
    expect(claimed.flat()).toHaveLength(1);
    await raise(world, breakerOpen('e2'));
    world.clock.advance(leaseMs - 1);
    expect(await world.store.claimAlertDispatches(10, leaseMs)).toEqual([]);
    world.clock.advance(1);
    const second = await claimOne(world);
    expect(whatOf(second)).toEqual(['e1 raised', 'e2 raised']);
    expect(second.messages.map(({ attempt }) => attempt)).toEqual([2, 1]);
    expect(first && (await settle(world, first, sent))).toBe(false);
    expect(await settle(world, second, sent)).toBe(true);
  },

  'leave a pause between two requests to a channel, and none to others': async (world) => {
    await putChannel(world, { id: 'a' });
    await raise(world);
    await settle(world, await claimOne(world), sent, { pauseMs: 3_000 });
    await putChannel(world, { id: 'b' });
    await raise(world, breakerOpen('e2'));
    expect((await claimOne(world)).channel.id).toBe('b');
    world.clock.advance(2_999);
    expect(await world.store.claimAlertDispatches(10, leaseMs)).toEqual([]);
    world.clock.advance(1);
    expect((await claimOne(world)).channel.id).toBe('a');
  },

  'are put together for a robot, and go one by one to a webhook': async (world) => {
    await putChannel(world, { id: 'a', kind: 'wecom' });
    await putChannel(world, { id: 'b', kind: 'webhook' });
    for (let index = 0; index < 7; index += 1) await raise(world, breakerOpen(`e${index}`));
    const dispatches = await world.store.claimAlertDispatches(10, leaseMs);
    expect(dispatches.map((dispatch) => [dispatch.channel.id, dispatch.messages.length])).toEqual([
      ['a', 5],
      ['b', 1],
    ]);
    for (const dispatch of dispatches) await settle(world, dispatch, sent);
    const next = await world.store.claimAlertDispatches(1, leaseMs);
    expect(next.map(whatOf)).toEqual([['e5 raised', 'e6 raised']]);
  },

  'tell of the end only after the beginning has arrived or was given up': async (world) => {
    await putChannel(world);
    const alert = await raise(world);
    const other = await raise(world, breakerOpen('e2'));
    const first = await claimOne(world);
    await settle(world, first, { kind: 'retry', delayMs: 60_000 }, { failure: 'reset' });
    await world.store.clearAlerts([alert.id, other.id]);
    expect(await world.store.claimAlertDispatches(10, leaseMs)).toEqual([]);
    world.clock.advance(60_000);
    const second = await claimOne(world);
    expect(whatOf(second)).toEqual(['e1 raised', 'e2 raised']);
    await settle(world, second, { kind: 'given-up' }, { failure: 'reset' });
    expect(whatOf(await claimOne(world))).toEqual(['e1 cleared', 'e2 cleared']);
  },
};
