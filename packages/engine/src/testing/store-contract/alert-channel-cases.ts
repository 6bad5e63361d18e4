import { expect } from 'vitest';
import { alertKinds } from '../../alert.ts';
import type { AlertChannel, AlertChannelDraft } from '../../alert-channel.ts';
import type { Actor } from '../../audit.ts';
import type { Cases } from '../store-contract.ts';
import { breakerOpen, raise } from './alert-cases.ts';
import type { World } from './world.ts';

const ops: Actor = { kind: 'user', id: 'ops', address: null };
const robotUrl = 'https://robot.example/send?access_token=canary-token';

export function channelDraft(more: Partial<AlertChannelDraft> = {}): AlertChannelDraft {
  return {
    id: 'group',
    kind: 'dingtalk',
    url: robotUrl,
    secret: 'SEC-canary',
    wants: alertKinds,
    language: 'zh',
    enabled: true,
    ...more,
  };
}

export function putChannel(world: World, more: Partial<AlertChannelDraft> = {}): Promise<AlertChannel> {
  return world.store.putAlertChannel(channelDraft(more));
}

export const alertChannelCases: Cases = {
  'are created, and replaced without losing what is left out': async (world) => {
    const createdAt = world.clock.now();
    const created = await putChannel(world);
    expect(created).toEqual({
      ...channelDraft(),
      lastSentAt: null,
      lastFailedAt: null,
      lastFailure: null,
      createdAt,
      updatedAt: createdAt,
    });
    expect(await world.store.findAlertChannel('group')).toEqual(created);
    world.clock.advance(10);
    const more = { url: undefined, secret: undefined, wants: ['refusals'], language: 'en' } as const;
    const replaced = await putChannel(world, more);
    expect(replaced).toEqual({ ...created, wants: ['refusals'], language: 'en', updatedAt: createdAt + 10 });
    expect(await world.store.findAlertChannel('group')).toEqual(replaced);
    expect((await putChannel(world, { secret: null, wants: [] })).secret).toBeNull();
    expect(await world.store.findAlertChannel('group')).toMatchObject({ secret: null, wants: [] });
    await expect(putChannel(world, { id: 'new', url: undefined })).rejects.toThrow(RangeError);
    expect(await world.store.findAlertChannel('new')).toBeUndefined();
  },

  'are listed by their ids, and deleted with what waits for them': async (world) => {
    await putChannel(world, { id: 'b' });
    await putChannel(world, { id: 'a' });
    expect((await world.store.listAlertChannels()).map(({ id }) => id)).toEqual(['a', 'b']);
    await raise(world);
    expect(await world.store.deleteAlertChannel('a')).toMatchObject({ id: 'a', url: robotUrl });
    expect(await world.store.deleteAlertChannel('a')).toBeUndefined();
    const dispatches = await world.store.claimAlertDispatches(10, 1_000);
    expect(dispatches.map(({ channel }) => channel.id)).toEqual(['b']);
  },

  'get only what they want, and nothing while they are disabled': async (world) => {
    await putChannel(world, { id: 'all' });
    await putChannel(world, { id: 'off', enabled: false });
    await putChannel(world, { id: 'other', wants: ['refusals', 'backlog-age', 'endpoint-paused'] });
    await raise(world);
    const dispatches = await world.store.claimAlertDispatches(10, 1_000);
    expect(dispatches.map(({ channel }) => channel.id)).toEqual(['all']);
    await putChannel(world, { id: 'off', enabled: true });
    expect(await world.store.claimAlertDispatches(10, 1_000)).toEqual([]);
  },

  'lose what waits when they are disabled, and are not told of the end of that either': async (world) => {
    await putChannel(world);
    const alert = await raise(world);
    await putChannel(world, { enabled: false });
    await putChannel(world, { enabled: true });
    await world.store.clearAlerts([alert.id]);
    expect(await world.store.claimAlertDispatches(10, 1_000)).toEqual([]);
    await raise(world, breakerOpen('e2'));
    expect(await world.store.claimAlertDispatches(10, 1_000)).toHaveLength(1);
  },

  'leave no secret in the audit log': async (world) => {
    await world.store.putAlertChannel(channelDraft(), ops);
    await world.store.putAlertChannel(channelDraft({ secret: 'SEC-canary-2', url: `${robotUrl}2` }), ops);
    await world.store.deleteAlertChannel('group', ops);
    const { items } = await world.store.listAudit({}, { limit: 10 });
    expect(items.map(({ action, target }) => [action, target])).toEqual([
      ['alert-channel.delete', 'group'],
      ['alert-channel.put', 'group'],
      ['alert-channel.put', 'group'],
    ]);
    expect(items[1]).toMatchObject({
      before: { url: '[secret]', secret: '[secret]' },
      after: { url: '[another secret]', secret: '[another secret]', kind: 'dingtalk', enabled: true },
    });
    expect(JSON.stringify(items)).not.toContain('canary');
  },
};
