import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultKind, PlannedFault } from './fault-plan.ts';
import type { ProcessUnderTest } from './process-under-test.ts';
import type { World } from './world.ts';

/** Longer than the lease of 45 s, by what it takes the others to see that it has run out. */
const beyondLeaseMs = 48_000;
const withinLeaseMsMax = 3_000;
/** Others find the ended leases within a second: some stops end before that, some while they send, some after. */
const leasesEndedMsMin = 200;
const leasesEndedMsMax = 2_500;
const awayMsMin = 2_000;
const awayMsMax = 5_000;

export interface Inflicted {
  readonly counts: ReadonlyMap<string, number>;
  /** Leases ended by hand. */
  readonly leasesEnded: number;
}

/** Does everything that is planned, each fault at its time and none waiting for another; resolves when all are over. */
export async function inflict(
  plan: readonly PlannedFault[],
  world: World,
  stop: AbortSignal,
): Promise<Inflicted> {
  const counts = new Map<string, number>();
  const startedAt = Date.now();
  const underWay: Promise<void>[] = [];
  let leasesEnded = 0;

  const runOne = async ({ kind, roll }: PlannedFault): Promise<void> => {
    const done = await inflictOne(kind, roll, world);
    if (done === undefined) return;
    counts.set(done.what, (counts.get(done.what) ?? 0) + 1);
    leasesEnded += done.leasesEnded;
  };
  for (const fault of plan) {
    await sleep(Math.max(0, startedAt + fault.atMs - Date.now()), undefined, { signal: stop }).catch(
      () => {},
    );
    if (stop.aborted) break;
    const running = runOne(fault);
    // Told below, when all are over.
    running.catch(() => {});
    underWay.push(running);
  }
  await Promise.all(underWay);
  return { counts, leasesEnded };
}

interface Done {
  readonly what: string;
  readonly leasesEnded: number;
}

/** Undefined when there was nothing to do it to. */
async function inflictOne(kind: FaultKind, roll: number, world: World): Promise<Done | undefined> {
  const { workers, api, receiver } = world;
  if (kind === 'kill') return kill(pick(workers, roll), world);
  if (kind === 'kill-api') return kill(pick([api], roll), world);
  if (kind === 'stop') return stopWithin(pick([...workers, api], roll), roll);
  if (kind === 'stop-and-end-leases') return stopAndEndLeases(pick(workers, roll), roll, world);
  if (kind === 'stop-beyond-lease') return stopBeyond(pick(workers, roll));
  if (kind === 'away') {
    receiver.goAway(1 + Math.floor(roll * receiver.urls.length), awayMsOf(roll));
    return { what: 'an endpoint away for a while', leasesEnded: 0 };
  }
  if (world.postgres === undefined) return undefined;
  if (kind === 'terminate') {
    const owner = await world.postgres.terminateBackend(roll);
    if (owner === undefined) return undefined;
    return { what: `pg_terminate_backend of ${ownerTitle(owner)}`, leasesEnded: 0 };
  }
  if (world.postgres.restart === undefined) return undefined;
  await world.postgres.restart();
  return { what: 'immediate restart of the server', leasesEnded: 0 };
}

async function kill(victim: ProcessUnderTest | undefined, world: World): Promise<Done | undefined> {
  const life = victim?.life?.name;
  if (victim === undefined || life === undefined) return undefined;
  await victim.kill();
  const leasesEnded = world.waitsForLeases ? 0 : await world.endLeasesOf(life);
  return { what: `SIGKILL of ${victim.title}`, leasesEnded };
}

async function stopWithin(victim: ProcessUnderTest | undefined, roll: number): Promise<Done | undefined> {
  if (victim === undefined) return undefined;
  await victim.stop(restOf(roll) * withinLeaseMsMax, false, async () => {});
  return { what: `SIGSTOP of ${victim.title} within the lease`, leasesEnded: 0 };
}

async function stopAndEndLeases(
  victim: ProcessUnderTest | undefined,
  roll: number,
  world: World,
): Promise<Done | undefined> {
  if (victim === undefined) return undefined;
  let leasesEnded = 0;
  const stopMs = leasesEndedMsMin + restOf(roll) * (leasesEndedMsMax - leasesEndedMsMin);
  await victim.stop(stopMs, true, async (life) => {
    leasesEnded = await world.endLeasesOf(life);
  });
  return { what: `SIGSTOP of ${victim.title}, its leases ended by hand in the database`, leasesEnded };
}

async function stopBeyond(victim: ProcessUnderTest | undefined): Promise<Done | undefined> {
  if (victim === undefined) return undefined;
  await victim.stop(beyondLeaseMs, true, async () => {});
  return {
    what: `SIGSTOP of ${victim.title} for ${beyondLeaseMs / 1_000} s, beyond the lease`,
    leasesEnded: 0,
  };
}

function ownerTitle(name: string): string {
  if (name.startsWith('worker')) return 'a connection of a worker';
  return name.startsWith('api') ? 'a connection of the API' : 'a connection of a producer';
}

function pick(processes: readonly ProcessUnderTest[], roll: number): ProcessUnderTest | undefined {
  const running = processes.filter(({ isRunning }) => isRunning);
  return running[Math.floor(roll * running.length)];
}

function awayMsOf(roll: number): number {
  return awayMsMin + restOf(roll) * (awayMsMax - awayMsMin);
}

/** The roll has chosen the victim; its further digits choose the time. */
function restOf(roll: number): number {
  return (roll * 1_000) % 1;
}
