import type { ClaimRequest, Store } from '@doorbell/engine';
import { contend } from '../contend.ts';
import { produce } from '../producer.ts';
import { percentile } from '../statistics.ts';
import { changeOf } from '../workload.ts';
import { backlogEndpointId, redirectBacklog } from './backlog.ts';
import { warmUp } from './deliver.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { fill } from './fill.ts';
import { type OpenedStore, openStore, type StorePlace } from './open-store.ts';

interface IsolationTask {
  readonly place: StorePlace;
  readonly sinkUrl: string;
  readonly folder: string;
  readonly warmUp: number;
  /** Where the prepared backlog, if there is one, goes and finds nobody. */
  readonly deadUrl: string | null;
}

export interface RateTask extends IsolationTask {
  readonly notifications: number;
}

export interface ClaimTask extends IsolationTask {
  readonly perSecond: number;
  readonly seconds: number;
}

/** Drains four healthy endpoints, beside a dead one with a backlog of its own or without. */
async function drainHealthy(
  task: RateTask,
): Promise<{ readonly perSecond: number; readonly residentMB: number }> {
  const store = await openWarm(task);
  await fill(store, task.notifications, (index) => changeOf(index, task.notifications, 'drain'));
  const { delivery, end } = deliverHealthy(store, task.notifications);
  const startedAt = performance.now();
  delivery.start();
  await end;
  const seconds = (performance.now() - startedAt) / 1_000;
  return { perSecond: task.notifications / seconds, residentMB: process.memoryUsage().rss / 1e6 };
}

/**
 * How long claims take while the healthy endpoints get an even flow of changes. Not during the drain: there the process
 * is busy all the time, and a claim waits longer for its turn on the event loop than for the database.
 */
async function timeClaims(task: ClaimTask): Promise<Readonly<Record<'claims' | 'p50Ms' | 'p99Ms', number>>> {
  const store = await openWarm(task);
  const claimsMs: number[] = [];
  const { delivery, end } = deliverHealthy(timed(store, claimsMs), task.perSecond * task.seconds);
  delivery.start();
  await produce({ ...task, series: 'flow' }, (change) => delivery.append([change]));
  await end;
  return {
    claims: claimsMs.length,
    p50Ms: percentile(claimsMs, 0.5),
    p99Ms: percentile(claimsMs, 0.99),
  };
}

async function openWarm(task: IsolationTask): Promise<OpenedStore> {
  await warmUp(task);
  const store = await openStore(task.place, task.sinkUrl);
  if (task.deadUrl !== null) await redirectBacklog(store, task.deadUrl);
  return store;
}

/** The attempts of the dead endpoint fail; a healthy one that failed would keep the end from coming. */
function deliverHealthy(
  store: Store,
  notifications: number,
): { readonly delivery: Delivery; readonly end: Promise<void> } {
  const { promise: end, resolve, reject } = Promise.withResolvers<void>();
  let left = notifications;
  const delivery = createDelivery(store, {
    delivered(endpointId) {
      if (endpointId === backlogEndpointId) reject(new Error('the dead endpoint has answered'));
      left -= 1;
      if (left === 0) resolve();
    },
    failed: () => undefined,
  });
  return { delivery, end };
}

/** As the engine sees it: from asking to having the claims. */
function timed(store: Store, durationsMs: number[]): Store {
  return {
    ...store,
    async claim(request: ClaimRequest) {
      const startedAt = performance.now();
      const claims = await store.claim(request);
      durationsMs.push(performance.now() - startedAt);
      return claims;
    },
  };
}

contend({ drainHealthy, timeClaims });
