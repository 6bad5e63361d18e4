import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Claim, createVault, deliver, type Settlement, type Store } from '@doorbell/engine';
import { createHttpTransport } from '@doorbell/engine/http';
import { openSqliteStore } from '@doorbell/engine/sqlite';
import { systemClock } from '@doorbell/engine/system';
import { contend } from '../contend.ts';
import { changeOf, connectionsMax, customerIds, draftOfEndpoint } from '../workload.ts';
import { fill } from './fill.ts';
import { benchMasterKey, loopbackPolicy, type OpenedStore, openStore } from './open-store.ts';

interface PartsTask {
  readonly folder: string;
  readonly sinkUrl: string;
  readonly notifications: number;
}

/** Processor time in microseconds for one notification. */
export interface PartsFigures {
  readonly deliver: number;
  readonly store: number;
  readonly storeInThread: number;
  readonly append: number;
}

const leaseMs = 45_000;
const quotas = customerIds.map((id) => ({ endpointId: draftOfEndpoint(id, '').id, quota: 32 }));

/** What each part of a delivery takes by itself, once it is warm: all of it together is the least that a drain can take. */
async function measureParts(task: PartsTask): Promise<PartsFigures> {
  const place = (name: string) => ({ sqlite: join(task.folder, `${name}.db`) });
  await (await openStore(place('here'), task.sinkUrl)).close();
  const here = openSqliteStore({
    path: place('here').sqlite,
    vault: createVault(benchMasterKey, randomBytes),
    clock: systemClock,
  });
  const inThread = await openStore(place('thread'), task.sinkUrl);
  await measureOnce(task, here, inThread, 'warm');
  const figures = await measureOnce(task, here, inThread, 'task');
  await here.close();
  await inThread.close();
  return figures;
}

async function measureOnce(
  { notifications }: PartsTask,
  here: OpenedStore,
  inThread: OpenedStore,
  series: string,
): Promise<PartsFigures> {
  const changeAt = (index: number) => changeOf(index, notifications, series);
  const append = await cpuMicros(notifications, () => appendAlone(here, notifications, changeAt));
  await fill(inThread, notifications, changeAt);
  const claims = await claimAll(here);
  const settlements: Settlement[] = [];
  const delivering = await cpuMicros(notifications, () => deliverAll(claims, settlements));
  await here.settle(settlements);
  await fill(here, notifications, changeAt);
  const store = await cpuMicros(notifications, () => claimAndSettle(here, settlements));
  const storeInThread = await cpuMicros(notifications, () => claimAndSettle(inThread, settlements));
  return { deliver: delivering, store, storeInThread, append };
}

/** Each append a call of its own, 64 to a commit. */
async function appendAlone(
  store: Store,
  count: number,
  changeAt: (index: number) => ReturnType<typeof changeOf>,
): Promise<void> {
  for (let first = 0; first < count; first += 64) {
    const length = Math.min(64, count - first);
    await Promise.all(Array.from({ length }, (_, offset) => store.append([changeAt(first + offset)])));
  }
}

async function claimAll(store: Store): Promise<readonly Claim[]> {
  const all: Claim[] = [];
  for (;;) {
    const claims = await store.claim({ quotas, leaseMs });
    if (claims.length === 0) return all;
    all.push(...claims);
  }
}

/** Signs, posts, reads and interprets, as many at a time as a drain has in flight. */
async function deliverAll(claims: readonly Claim[], settlements: Settlement[]): Promise<void> {
  const transport = createHttpTransport({ policy: loopbackPolicy, userAgent: 'Doorbell/0.1.0' });
  const ports = { transport, clock: systemClock, random: Math.random };
  const never = new AbortController().signal;
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let claim = claims[next++]; claim !== undefined; claim = claims[next++]) {
      settlements.push(await deliver(claim, systemClock.monotonicMs() + leaseMs, ports, never));
    }
  };
  await Promise.all(Array.from({ length: connectionsMax }, worker));
  await transport.close();
}

/** One commit settles a batch and claims the next, as a round of the engine does. What is recorded was really posted. */
async function claimAndSettle(store: Store, posted: readonly Settlement[]): Promise<void> {
  let index = 0;
  const settlementOf = ({ laneId, endpoint, sequence, epoch }: Claim): Settlement => {
    const { attempts = [], step, notice } = posted[index++ % posted.length] as Settlement;
    const recorded = attempts.map((attempt) => ({ ...attempt, sequence, epoch }));
    return { laneId, endpointId: endpoint.id, sequence, epoch, attempts: recorded, step, notice };
  };
  let settlements: readonly Settlement[] = [];
  for (;;) {
    const [, claims] = await Promise.all([store.settle(settlements), store.claim({ quotas, leaseMs })]);
    if (claims.length === 0) return;
    settlements = claims.map(settlementOf);
  }
}

async function cpuMicros(count: number, run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

contend({ measureParts });
