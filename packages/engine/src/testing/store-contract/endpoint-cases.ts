import { expect } from 'vitest';
import { breakerClosed } from '../../breaker.ts';
import type { Cases } from '../store-contract.ts';

export const endpointCases: Cases = {
  'keep a customer, and replace it when put again': async (world) => {
    await world.customer('c1');
    const changed = { id: 'c1', name: '链家', onIllegalTransition: 'refuse' } as const;
    expect(await world.store.putCustomer(changed)).toEqual(changed);
    expect(await world.store.findCustomer('c1')).toEqual(changed);
    expect(await world.store.findCustomer('c2')).toBeUndefined();
  },

  'list customers by id': async (world) => {
    for (const id of ['c2', 'c1', 'c3']) await world.customer(id);
    expect((await world.store.listCustomers()).map(({ id }) => id)).toEqual(['c1', 'c2', 'c3']);
  },

  'refuse an endpoint of an unknown customer': async (world) => {
    await expect(world.endpoint('e1', { customerId: 'nobody' })).rejects.toMatchObject({
      name: 'UnknownCustomer',
    });
  },

  'refuse to move an endpoint to another customer': async (world) => {
    await world.setUp();
    await world.customer('c2');
    await expect(world.endpoint('e1', { customerId: 'c2' })).rejects.toMatchObject({ name: 'EndpointTaken' });
    expect(await world.getEndpoint()).toMatchObject({ customerId: 'c1' });
  },

  'give back a new endpoint as it is': async (world) => {
    await world.customer();
    const put = await world.endpoint('e1', {
      revision: '2021-05',
      coalesce: 'latest',
      onGiveUp: 'park',
      inFlightMax: 2,
      connectTimeoutMs: 3,
      totalTimeoutMs: 4,
      retryHorizonMs: 5,
      deliveryFailedUrl: 'https://e1.example/failed',
      webhookSecret: 'whsec_x',
    });
    expect(put).toEqual({
      id: 'e1',
      customerId: 'c1',
      url: 'https://e1.example/notify',
      signKey: 'sign-key-of-e1',
      previousSignKey: null,
      previousSignKeyUntil: null,
      webhookSecret: 'whsec_x',
      revision: '2021-05',
      coalesce: 'latest',
      onGiveUp: 'park',
      inFlightMax: 2,
      connectTimeoutMs: 3,
      totalTimeoutMs: 4,
      retryHorizonMs: 5,
      deliveryFailedUrl: 'https://e1.example/failed',
      pause: null,
      breaker: breakerClosed,
      heldMs: 0,
      createdAt: world.clock.now(),
      updatedAt: world.clock.now(),
    });
    expect(await world.getEndpoint()).toEqual(put);
  },

  'keep keys that a draft leaves out, and drop those it sets to null': async (world) => {
    await world.setUp({ signKey: 'k1', webhookSecret: 'whsec_1' });
    const kept = await world.endpoint('e1', { signKey: undefined, webhookSecret: undefined, inFlightMax: 5 });
    expect(kept).toMatchObject({ signKey: 'k1', webhookSecret: 'whsec_1', inFlightMax: 5 });
    const dropped = await world.endpoint('e1', { signKey: null, webhookSecret: null });
    expect(dropped).toMatchObject({ signKey: null, webhookSecret: null });
  },

  'have no key when a new one gives none': async (world) => {
    await world.setUp({ signKey: undefined, webhookSecret: undefined });
    expect(await world.getEndpoint()).toMatchObject({ signKey: null, webhookSecret: null });
  },

  'keep pause, breaker and time of creation when an endpoint is replaced': async (world) => {
    await world.setUp();
    const { createdAt } = await world.getEndpoint();
    await world.store.pauseEndpoint('e1', 'gone', '410');
    world.clock.advance(50);
    const replaced = await world.endpoint('e1', { url: 'https://new.example/' });
    expect(replaced).toMatchObject({
      createdAt,
      updatedAt: createdAt + 50,
      pause: { reason: 'gone' },
      heldMs: 50,
    });
    expect(replaced.url).toBe('https://new.example/');
  },

  'use an edit from the next claim on': async (world) => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.endpoint('e1', { url: 'https://new.example/', signKey: 'k2' });
    expect((await world.claimOne()).endpoint).toMatchObject({ url: 'https://new.example/', signKey: 'k2' });
  },

  'list endpoints by id, all or of one customer': async (world) => {
    await world.customer();
    await world.customer('c2');
    await world.endpoint('e3');
    await world.endpoint('e2', { customerId: 'c2' });
    await world.endpoint('e1');
    const ids = async (customerId?: string) =>
      (await world.store.listEndpoints(customerId)).map((endpoint) => endpoint.id);
    expect(await ids()).toEqual(['e1', 'e2', 'e3']);
    expect(await ids('c1')).toEqual(['e1', 'e3']);
    expect(await ids('nobody')).toEqual([]);
  },

  'rotate a sign key and keep the present one as previous for a while': async (world) => {
    await world.setUp({ signKey: 'k1' });
    const rotated = await world.store.rotateSignKey('e1', 'k2', 3_600_000);
    expect(rotated).toMatchObject({
      signKey: 'k2',
      previousSignKey: 'k1',
      previousSignKeyUntil: world.clock.now() + 3_600_000,
    });
    expect(await world.getEndpoint()).toEqual(rotated);
    expect(await world.store.rotateSignKey('nobody', 'k', 1)).toBeUndefined();
  },

  'rotate at once when there is no overlap, or nothing to overlap with': async (world) => {
    await world.setUp({ signKey: 'k1' });
    const none = { previousSignKey: null, previousSignKeyUntil: null };
    expect(await world.store.rotateSignKey('e1', 'k2', 0)).toMatchObject({ signKey: 'k2', ...none });
    await world.endpoint('e2', { signKey: null });
    expect(await world.store.rotateSignKey('e2', 'k1', 1_000)).toMatchObject({ signKey: 'k1', ...none });
  },
};
