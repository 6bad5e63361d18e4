import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewChange } from '@doorbell/engine';
import { seededRandom } from '@doorbell/engine/testing';
import { checkers } from './checkers/all-checkers.ts';
import { Book } from './checkers/book.ts';
import type { Violation } from './checkers/checker.ts';
import { currentOf } from './checkers/lane-state.ts';
import { Coverage, type Path } from './coverage.ts';
import { Dice } from './dice.ts';
import { Journal } from './journal.ts';
import { Kernel } from './kernel.ts';
import { Machine } from './machine.ts';
import { WallClock } from './machine-clock.ts';
import { Network } from './network.ts';
import { Operator } from './operator.ts';
import { type Plan, planOf } from './plan.ts';
import { Producer } from './producer.ts';
import { readFinalState } from './read-final-state.ts';
import { Trace } from './trace.ts';
import { scheduleTroubles } from './troubles.ts';

/** What came of one seed. */
export interface Run {
  readonly seed: number;
  readonly hash: string;
  readonly violations: readonly Violation[];
  readonly deliveries: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly crashes: number;
  readonly coverage: ReadonlyMap<Path, number>;
}

const hours = 3_600_000;
/** From the healing on, everything must have come to rest by then. */
const healingMaxMs = 12 * hours;
const eventsMax = 400_000;

/** Runs one seed from its beginning to the end of everything. */
export async function simulate(seed: number, print: ((line: string) => void) | null = null): Promise<Run> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'doorbell-simulation-'));
  const world = createWorld(seed, folder, print);
  const realSetImmediate = globalThis.setImmediate;
  // The group commit's turn of the event loop is an event like any other: the process may die before it comes.
  globalThis.setImmediate = ((run: () => void) =>
    world.kernel.schedule(0, world.machine.process?.owner ?? null, run)) as unknown as typeof setImmediate;
  try {
    await passThrough(world);
  } catch (error) {
    world.journal.report('no failure', String((error as Error).stack));
  } finally {
    globalThis.setImmediate = realSetImmediate;
  }
  await world.machine.process?.store.close();
  rmSync(folder, { recursive: true, force: true });
  return runOf(seed, world);
}

interface World {
  readonly plan: Plan;
  readonly kernel: Kernel;
  readonly wall: WallClock;
  readonly book: Book;
  readonly trace: Trace;
  readonly journal: Journal;
  readonly coverage: Coverage;
  readonly network: Network;
  readonly machine: Machine;
  readonly producer: Producer;
  readonly operator: Operator;
  readonly dice: Dice;
}

function createWorld(seed: number, folder: string, print: ((line: string) => void) | null): World {
  const root = new Dice(seededRandom(seed));
  const plan = planOf(root.fork());
  const kernel = new Kernel(root.fork().random);
  const wall = new WallClock(kernel);
  const book = new Book();
  const trace = new Trace(print);
  const coverage = new Coverage(() => network.isAnyDead());
  const journal = new Journal(kernel, book, trace, coverage, checkers);
  const network: Network = new Network(kernel, wall, journal, root.fork(), plan);
  const batches = new WeakMap<readonly NewChange[], number>();
  const parts = { kernel, wall, journal, book, plan, network };
  const machine = new Machine({
    ...parts,
    dice: root.fork(),
    folder,
    batchOf: (changes) => batches.get(changes) ?? 0,
  });
  const producer = new Producer({ ...parts, machine, dice: root.fork() }, batches);
  const operator = new Operator({ ...parts, machine, dice: root.fork() });
  return {
    plan,
    kernel,
    wall,
    book,
    trace,
    journal,
    coverage,
    network,
    machine,
    producer,
    operator,
    dice: root.fork(),
  };
}

async function passThrough(world: World): Promise<void> {
  const { kernel, machine, network, producer, operator, plan, journal, book, dice } = world;
  // The first violation says most; what comes after it may only follow from it.
  const isTooMuch = (): boolean => kernel.ran > eventsMax || journal.violations.length > 0;
  network.beforePause = (endpointId) => {
    kernel.schedule(dice.between(1, 20), null, () => operator.mendWhileOut(endpointId));
  };
  machine.start();
  operator.setUp();
  await kernel.run(kernel.nowMs + 1, () => false);
  producer.start();
  const troubles = scheduleTroubles(world);
  await kernel.run(plan.troubleMs, isTooMuch);

  troubles.end();
  heal(world);
  const untilMs = kernel.nowMs + healingMaxMs;
  while (kernel.nowMs < untilMs && !isTooMuch()) {
    await kernel.run(kernel.nowMs + 60_000, isTooMuch);
    mend(world);
    if (
      producer.isDone &&
      [...book.lanes.values()].every(
        (lane) => lane.live === null && currentOf(lane) === undefined && !lane.parked,
      )
    )
      break;
  }
  if (journal.violations.length > 0) return;
  if (isTooMuch()) journal.report('no loss', `No rest after ${eventsMax} events.`);
  machine.stop(true, false);
  await kernel.run(kernel.nowMs + 120_000, () => machine.process === null);
  if (machine.process !== null) journal.report('no loss', 'The process did not stop when told to.');
  journal.finish(await readFinalState(machine, book));
}

/** From here on nothing goes wrong any more, and what is broken is mended. */
function heal({ machine, network, journal, dice, operator, book }: World): void {
  network.heal();
  if (machine.process !== null) machine.process.owner.stalledUntilMs = 0;
  for (const { owner } of machine.liveWorkers()) owner.stalledUntilMs = 0;
  journal.tell({ kind: 'healed' });
  const all = dice.chance(0.5);
  for (const { policy, isHeld } of book.endpoints.values()) if (all || isHeld) operator.resume(policy.id);
}

/** What people go on doing until nothing waits for them. */
function mend({ operator, book }: World): void {
  for (const { policy, paused } of book.endpoints.values()) if (paused) operator.resume(policy.id);
  for (const lane of book.lanes.values()) {
    if (lane.parked && lane.laneId !== null && lane.live === null) operator.resend(lane.laneId, lane.head);
  }
}

function runOf(seed: number, { trace, journal, book, kernel, network, coverage }: World): Run {
  let deliveries = 0;
  for (const { arrived } of book.posts.values()) if (arrived === 'accepted') deliveries += 1;
  const faults = new Map([...network.given].filter(([name]) => name !== 'accepted'));
  const other = [
    'process: stall',
    'worker: crash',
    'clock: jump forward',
    'clock: jump back',
    'hint: lost',
    'settle: busy',
    'worker: stall beyond the lease',
    'store: failed before its commit',
    'store: failed after its commit',
  ] as const;
  for (const path of other) faults.set(path, coverage.counts.get(path) ?? 0);
  return {
    seed,
    hash: trace.hash(),
    violations: journal.violations,
    deliveries,
    events: kernel.ran,
    virtualMs: kernel.nowMs,
    faults,
    crashes: book.crashes,
    coverage: coverage.counts,
  };
}
