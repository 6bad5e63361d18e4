import { expect } from 'vitest';
import type { ApiKey } from '../../api-key.ts';
import type { PortalLink, Session } from '../../session.ts';
import type { User } from '../../user.ts';
import type { Cases } from '../store-contract.ts';

const key: ApiKey = {
  id: 'a1',
  name: 'billing',
  hash: 'h'.repeat(64),
  scopes: ['append', 'read'],
  createdAt: 1_000,
  lastUsedAt: null,
  revokedAt: null,
};

const user = (name: string, more: Partial<User> = {}): User => ({
  name,
  role: 'admin',
  passwordHash: `hash of ${name}`,
  disabled: false,
  createdAt: 1_000,
  updatedAt: 1_000,
  ...more,
});

const session = (hash: string, more: Partial<Session> = {}): Session => ({
  hash,
  userName: 'alice',
  portalLinkId: null,
  createdAt: 1_000,
  lastSeenAt: 1_000,
  expiresAt: 50_000,
  ...more,
});

const link: PortalLink = {
  id: 'l1',
  customerId: 'c1',
  hash: 'h'.repeat(64),
  createdAt: 1_000,
  expiresAt: 90_000,
  revokedAt: null,
};

export const accessCases: Cases = {
  'keep the scopes of a key, and list keys by age': async ({ store }) => {
    await store.putApiKey({ ...key, createdAt: 2_000 });
    await store.putApiKey({ ...key, id: 'a2', scopes: ['admin'] });
    expect(await store.findApiKey('a1')).toEqual({ ...key, createdAt: 2_000 });
    expect(await store.findApiKey('nobody')).toBeUndefined();
    expect((await store.listApiKeys()).map(({ id, scopes }) => [id, scopes])).toEqual([
      ['a2', ['admin']],
      ['a1', ['append', 'read']],
    ]);
  },

  'note the latest use of a key': async ({ store }) => {
    await store.putApiKey(key);
    for (const usedAt of [5_000, 9_000, 7_000]) await store.touchApiKey('a1', usedAt);
    expect(await store.findApiKey('a1')).toEqual({ ...key, lastUsedAt: 9_000 });
  },

  'revoke a key once, and keep it on record': async ({ store, clock }) => {
    await store.putApiKey(key);
    const revoked = await store.revokeApiKey('a1');
    expect(revoked).toEqual({ ...key, revokedAt: expect.any(Number) });
    await clock.advance(1_000);
    expect(await store.revokeApiKey('a1')).toEqual(revoked);
    expect(await store.findApiKey('a1')).toEqual(revoked);
    expect(await store.revokeApiKey('nobody')).toBeUndefined();
  },

  'keep users by name, and refuse a name that is taken': async ({ store }) => {
    await store.createUser(user('bob', { role: 'viewer' }));
    await store.createUser(user('alice'));
    expect(await store.listUsers()).toEqual([user('alice'), user('bob', { role: 'viewer' })]);
    expect(await store.findUser('bob')).toEqual(user('bob', { role: 'viewer' }));
    expect(await store.findUser('carol')).toBeUndefined();
    await expect(store.createUser(user('bob'))).rejects.toMatchObject({ name: 'UserExists' });
  },

  'make a first user only where there is none': async ({ store }) => {
    const made = await Promise.all(['alice', 'bob'].map((name) => store.createFirstUser(user(name))));
    expect(made.toSorted()).toEqual([false, true]);
    expect(await store.listUsers()).toHaveLength(1);
  },

  'edit what is given of a user and leave the rest': async ({ store }) => {
    await store.createUser(user('alice'));
    await store.createUser(user('bob', { role: 'viewer' }));
    const edited = await store.editUser('bob', { role: 'operator' });
    expect(edited).toEqual(
      user('bob', { role: 'operator', updatedAt: expect.any(Number) as unknown as number }),
    );
    expect(await store.findUser('bob')).toEqual(edited);
    expect(await store.editUser('carol', { disabled: true })).toBeUndefined();
  },

  'refuse to lose the last admin who can sign in, also to two edits at once': async ({ store }) => {
    await store.createUser(user('alice'));
    await store.createUser(user('bob'));
    await store.createUser(user('carol', { disabled: true }));
    const edits = await Promise.allSettled([
      store.editUser('alice', { disabled: true }),
      store.editUser('bob', { role: 'viewer' }),
    ]);
    const refused = edits.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { name: 'LastAdmin' } }]);
    const admins = (await store.listUsers()).filter(({ role, disabled }) => role === 'admin' && !disabled);
    expect(admins).toHaveLength(1);
  },

  'keep a session until it is ended, and forget those that are over': async ({ store }) => {
    await store.createUser(user('alice'));
    await store.createSession(session('s1'));
    await store.touchSession('s1', 9_000);
    await store.touchSession('s1', 8_000);
    expect(await store.findSession('s1')).toEqual(session('s1', { lastSeenAt: 9_000 }));
    await store.createSession(session('s2', { createdAt: 50_000, expiresAt: 60_000 }));
    expect(await store.findSession('s1')).toBeUndefined();
    await store.endSession('s2');
    expect(await store.findSession('s2')).toBeUndefined();
  },

  'end the sessions of a user who is disabled or given a new password, and of nobody else': async ({
    store,
  }) => {
    for (const name of ['alice', 'bob', 'carol', 'dave']) await store.createUser(user(name));
    for (const name of ['alice', 'bob', 'carol', 'dave']) {
      await store.createSession(session(`of ${name}`, { userName: name }));
    }
    await store.editUser('alice', { disabled: true });
    await store.editUser('bob', { passwordHash: 'another' });
    await store.editUser('carol', { role: 'viewer' });
    const names = ['alice', 'bob', 'carol', 'dave'];
    const left = await Promise.all(names.map((name) => store.findSession(`of ${name}`)));
    expect(left.map((found) => found?.userName)).toEqual([undefined, undefined, 'carol', 'dave']);
  },

  'keep the links of a customer, newest first': async (world) => {
    const { store } = world;
    await world.customer('c1');
    await world.customer('c2');
    await store.createPortalLink(link);
    await store.createPortalLink({ ...link, id: 'l2', createdAt: 2_000 });
    await store.createPortalLink({ ...link, id: 'l3', customerId: 'c2' });
    expect(await store.findPortalLink('l1')).toEqual(link);
    expect(await store.findPortalLink('nobody')).toBeUndefined();
    expect((await store.listPortalLinks('c1')).map(({ id }) => id)).toEqual(['l2', 'l1']);
    expect(await store.listPortalLinks()).toHaveLength(3);
    await expect(store.createPortalLink({ ...link, id: 'l4', customerId: 'nobody' })).rejects.toMatchObject({
      name: 'UnknownCustomer',
    });
  },

  'end the sessions of a link when it is revoked': async (world) => {
    const { store } = world;
    await world.customer('c1');
    await store.createPortalLink(link);
    await store.createPortalLink({ ...link, id: 'l2' });
    await store.createSession(session('s1', { userName: null, portalLinkId: 'l1' }));
    await store.createSession(session('s2', { userName: null, portalLinkId: 'l2' }));
    const revoked = await store.revokePortalLink('l1');
    expect(revoked).toEqual({ ...link, revokedAt: expect.any(Number) });
    expect(await store.revokePortalLink('l1')).toEqual(revoked);
    expect(await store.revokePortalLink('nobody')).toBeUndefined();
    expect([await store.findSession('s1'), (await store.findSession('s2'))?.hash]).toEqual([undefined, 's2']);
  },
};
