import { expect } from 'vitest';
import {
  type Alert,
  type AlertCondition,
  alertStateOf,
  alertsKeptMs,
  alertThresholdDefaults,
} from '../../alert.ts';
import type { Actor } from '../../audit.ts';
import type { Cases } from '../store-contract.ts';
import type { World } from './world.ts';

const ops: Actor = { kind: 'user', id: 'ops', address: '203.0.113.9' };

export function breakerOpen(endpointId = 'e1', customerId = 'c1'): AlertCondition {
  return { kind: 'breaker-open', endpointId, customerId, detail: { failures: 10 } };
}

const paused: AlertCondition = {
  kind: 'endpoint-paused',
  endpointId: 'e1',
  customerId: 'c1',
  detail: { reason: 'unauthorized', text: 'sign \0 wrong \ud800' },
};

export async function raise(world: World, condition: AlertCondition = breakerOpen()): Promise<Alert> {
  const [alert] = await world.store.raiseAlerts([condition]);
  if (alert === undefined) throw new Error('It holds already.');
  return alert;
}

async function listIds(world: World, filter: Parameters<World['store']['listAlerts']>[0]) {
  const { items } = await world.store.listAlerts(filter, { limit: 100 });
  return items.map((alert) => alert.id);
}

export const alertCases: Cases = {
  'are raised with what was seen, and once while they hold': async (world) => {
    const raised = await raise(world, paused);
    expect(raised).toEqual({
      ...paused,
      id: raised.id,
      raisedAt: world.clock.now(),
      clearedAt: null,
      acknowledgedAt: null,
      acknowledgedBy: null,
    });
    expect(await world.store.raiseAlerts([paused])).toEqual([]);
    const more = await world.store.raiseAlerts([paused, breakerOpen(), breakerOpen('e2')]);
    expect(more.map(({ kind, endpointId }) => [kind, endpointId])).toEqual([
      ['breaker-open', 'e1'],
      ['breaker-open', 'e2'],
    ]);
    expect(await world.store.listUnclearedAlerts()).toEqual([raised, ...more]);
    expect(await world.store.raiseAlerts([])).toEqual([]);
  },

  'are raised once when several processes see the same': async (world) => {
    const raising = Array.from({ length: 6 }, () =>
      world.store.raiseAlerts([breakerOpen('e2'), breakerOpen(), paused]),
    );
    const raised = await Promise.all(raising);
    expect(raised.flat()).toHaveLength(3);
    const ids = raised.flat().map(({ id }) => id);
    const cleared = await Promise.all([
      world.store.clearAlerts(ids),
      world.store.clearAlerts(ids.toReversed()),
    ]);
    expect(cleared.flat()).toHaveLength(3);
  },

  'end when they are cleared, and can be raised anew': async (world) => {
    const first = await raise(world);
    world.clock.advance(1_000);
    const [cleared] = await world.store.clearAlerts([first.id]);
    expect(cleared).toEqual({ ...first, clearedAt: world.clock.now() });
    expect(await world.store.clearAlerts([first.id, 999_999])).toEqual([]);
    expect(await world.store.clearAlerts([])).toEqual([]);
    expect(await world.store.listUnclearedAlerts()).toEqual([]);
    const second = await raise(world);
    expect(second.id).toBeGreaterThan(first.id);
  },

  'are acknowledged by the first who does, and that is on record': async (world) => {
    const alert = await raise(world);
    const acknowledged = await world.store.acknowledgeAlert(alert.id, ops);
    expect(acknowledged).toEqual({ ...alert, acknowledgedAt: world.clock.now(), acknowledgedBy: 'ops' });
    world.clock.advance(5);
    expect(await world.store.acknowledgeAlert(alert.id, { ...ops, id: 'other' })).toEqual(acknowledged);
    expect(await world.store.acknowledgeAlert(999_999, ops)).toBeUndefined();
    const { items } = await world.store.listAudit({ action: 'alert.acknowledge' }, { limit: 10 });
    expect(items).toMatchObject([
      {
        actor: ops,
        target: String(alert.id),
        before: { acknowledgedBy: null },
        after: { acknowledgedBy: 'ops' },
      },
    ]);
  },

  'are listed newest first, by state, kind, endpoint and customer': async (world) => {
    const open = await raise(world);
    const acknowledged = await raise(world, paused);
    const cleared = await raise(world, breakerOpen('e2', 'c2'));
    await world.store.acknowledgeAlert(acknowledged.id, ops);
    await world.store.acknowledgeAlert(cleared.id, ops);
    await world.store.clearAlerts([cleared.id]);
    expect(await listIds(world, {})).toEqual([cleared.id, acknowledged.id, open.id]);
    for (const alert of [open, acknowledged, cleared]) {
      const { items } = await world.store.listAlerts({}, { limit: 3 });
      const state = alertStateOf(items.find(({ id }) => id === alert.id) ?? alert);
      expect(await listIds(world, { state })).toEqual([alert.id]);
    }
    expect(await listIds(world, { kind: 'breaker-open' })).toEqual([cleared.id, open.id]);
    expect(await listIds(world, { endpointId: 'e1', state: 'open' })).toEqual([open.id]);
    expect(await listIds(world, { customerId: 'c2' })).toEqual([cleared.id]);
    expect(await listIds(world, { customerId: 'c2', state: 'open' })).toEqual([]);
  },

  'are listed in pages': async (world) => {
    for (let index = 0; index < 5; index += 1) await raise(world, breakerOpen(`e${index}`));
    const first = await world.store.listAlerts({ state: 'open' }, { limit: 3 });
    expect(first.items.map(({ endpointId }) => endpointId)).toEqual(['e4', 'e3', 'e2']);
    const second = await world.store.listAlerts({}, { limit: 3, cursor: first.next ?? '' });
    expect(second.items.map(({ endpointId }) => endpointId)).toEqual(['e1', 'e0']);
    expect(second.next).toBeNull();
    await expect(world.store.listAlerts({}, { limit: 3, cursor: 'x' })).rejects.toThrow(/cursor/);
  },

  'are forgotten long after they were cleared, and never while they hold': async (world) => {
    const old = await raise(world);
    await raise(world, paused);
    await world.store.clearAlerts([old.id]);
    world.clock.advance(alertsKeptMs);
    const recent = await raise(world);
    await world.store.clearAlerts([recent.id]);
    await world.store.retireAlerts();
    expect(await listIds(world, {})).toHaveLength(3);
    world.clock.advance(1);
    await world.store.retireAlerts();
    expect(
      (await world.store.listAlerts({}, { limit: 9 })).items.map(({ kind, clearedAt }) => [
        kind,
        clearedAt !== null,
      ]),
    ).toEqual([
      ['breaker-open', true],
      ['endpoint-paused', false],
    ]);
  },

  'have thresholds, which are the defaults until someone sets others': async (world) => {
    expect(await world.store.readAlertThresholds()).toEqual(alertThresholdDefaults);
    const others = { backlogAgeMs: 60_000, refusalsMin: 3, refusalsShare: 0.05, refusalsWindowMs: 300_000 };
    expect(await world.store.putAlertThresholds(others, ops)).toEqual(others);
    expect(await world.store.putAlertThresholds(others)).toEqual(others);
    expect(await world.store.readAlertThresholds()).toEqual(others);
    const { items } = await world.store.listAudit({}, { limit: 10 });
    expect(items).toMatchObject([
      { action: 'alert-thresholds.put', before: { refusalsMin: 10 }, after: { refusalsMin: 3 } },
    ]);
  },
};
