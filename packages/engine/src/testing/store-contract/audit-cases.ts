import { expect } from 'vitest';
import { type Actor, noAuditHash, verifyAudit } from '../../audit.ts';
import type { Cases } from '../store-contract.ts';
import type { World } from './world.ts';

const alice: Actor = { kind: 'user', id: 'alice', address: '203.0.113.7' };
const command: Actor = { kind: 'command', id: 'doorbell keys create', address: null };

async function actionsOf({ store }: World): Promise<readonly string[]> {
  const { items } = await store.listAudit({}, { limit: 100 });
  return items.map(({ action }) => action).toReversed();
}

export const auditCases: Cases = {
  'write a row for every edit that somebody made, and none for others': async (world) => {
    const { store } = world;
    await world.setUp();
    expect(await actionsOf(world)).toEqual([]);
    await store.putCustomer({ id: 'c1', name: 'Acme', onIllegalTransition: 'flag' }, alice);
    await store.pauseEndpoint('e1', 'operator', 'tea', alice);
    await store.resumeEndpoint('e1', alice);
    await store.rotateSignKey('e1', 'another', 1_000, alice);
    await store.recordAudit({
      actor: alice,
      action: 'endpoint.test',
      target: 'e1',
      before: null,
      after: null,
    });
    expect(await actionsOf(world)).toEqual([
      'customer.put',
      'endpoint.pause',
      'endpoint.resume',
      'endpoint.rotate-key',
      'endpoint.test',
    ]);
  },

  'say who, when, from where, to what, and what was before and after': async (world) => {
    await world.customer();
    await world.store.putCustomer({ id: 'c1', name: '链家', onIllegalTransition: 'refuse' }, alice);
    const { items } = await world.store.listAudit({}, { limit: 100 });
    expect(items).toEqual([
      {
        sequence: 1,
        at: expect.any(Number),
        actor: alice,
        action: 'customer.put',
        target: 'c1',
        before: { id: 'c1', name: 'Customer c1', onIllegalTransition: 'flag' },
        after: { id: 'c1', name: '链家', onIllegalTransition: 'refuse' },
        previousHash: noAuditHash,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  },

  'tell that a secret was changed, never the secret': async ({ store }) => {
    await store.putCustomer({ id: 'c1', name: 'Acme', onIllegalTransition: 'flag' });
    const secrets = ['canary-sign-1', 'canary-sign-2', 'whsec_canarycanarycanarycanarycanary00'];
    const draft = {
      id: 'e1',
      customerId: 'c1',
      url: 'https://e1.example/',
      signKey: secrets[0] ?? '',
      webhookSecret: null,
      revision: 'seed',
      coalesce: 'every',
      onGiveUp: 'continue',
      inFlightMax: 1,
      connectTimeoutMs: 1_000,
      totalTimeoutMs: 2_000,
      retryHorizonMs: 3_000,
      deliveryFailedUrl: null,
    } as const;
    await store.putEndpoint(draft, alice);
    await store.putEndpoint({ ...draft, webhookSecret: secrets[2] ?? '' }, alice);
    await store.rotateSignKey('e1', secrets[1] ?? '', 1_000, alice);
    const { items } = await store.listAudit({}, { limit: 10 });
    expect(items.map(({ after }) => after)).toMatchObject([
      { signKey: '[another secret]', previousSignKey: '[another secret]', webhookSecret: '[secret]' },
      { signKey: '[secret]', webhookSecret: '[another secret]' },
      { signKey: '[secret]', webhookSecret: null },
    ]);
    expect(JSON.stringify(items)).not.toMatch(/canary/);
  },

  'write no row for an edit that failed': async ({ store }) => {
    const link = { id: 'l1', hash: 'h', createdAt: 1, expiresAt: 2, revokedAt: null };
    await expect(store.createPortalLink({ ...link, customerId: 'nobody' }, alice)).rejects.toThrow();
    expect((await store.auditEnds()).head).toEqual({ sequence: 0, hash: noAuditHash });
  },

  'chain the rows of edits at the same time, without a gap': async (world) => {
    const { store } = world;
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        store.putCustomer({ id: `c${index % 7}`, name: `${index}`, onIllegalTransition: 'flag' }, alice),
      ),
    );
    const verdict = await verifyAudit(store);
    const { head } = await store.auditEnds();
    expect(verdict).toEqual({ intact: true, rows: 30, head });
    expect(await verifyAudit(store, head)).toEqual(verdict);
  },

  'list newest first, in pages, and by actor or action': async ({ store }) => {
    for (const name of ['1', '2', '3']) {
      const customer = { id: name, name, onIllegalTransition: 'flag' } as const;
      await store.putCustomer(customer, name === '2' ? command : alice);
    }
    await store.recordAudit({
      actor: alice,
      action: 'endpoint.test',
      target: 'e',
      before: null,
      after: null,
    });
    const first = await store.listAudit({}, { limit: 3 });
    expect(first.items.map(({ sequence }) => sequence)).toEqual([4, 3, 2]);
    const second = await store.listAudit({}, { limit: 3, cursor: first.next ?? '' });
    expect([second.items.map(({ sequence }) => sequence), second.next]).toEqual([[1], null]);
    const byCommand = await store.listAudit({ actor: command.id }, { limit: 3 });
    expect(byCommand.items.map(({ actor, target }) => [actor, target])).toEqual([[command, '2']]);
    const tests = await store.listAudit({ actor: 'alice', action: 'endpoint.test' }, { limit: 3 });
    expect(tests.items.map(({ sequence }) => sequence)).toEqual([4]);
    await expect(store.listAudit({}, { limit: 3, cursor: 'x' })).rejects.toMatchObject({
      name: 'InvalidCursor',
    });
  },

  'take whatever a stranger typed as a name': async ({ store }) => {
    for (const id of ['\0', '\ud800', "'; drop table audit; --", '李雷']) {
      const actor: Actor = { kind: 'anonymous', id, address: '::1' };
      await store.recordAudit({ actor, action: 'session.refuse', target: id, before: null, after: { id } });
    }
    expect(await verifyAudit(store)).toMatchObject({ intact: true, rows: 4 });
  },
};
