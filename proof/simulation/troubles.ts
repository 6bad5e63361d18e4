import type { Book } from './checkers/book.ts';
import type { Dice } from './dice.ts';
import type { Journal } from './journal.ts';
import type { Kernel, Owner } from './kernel.ts';
import type { Machine } from './machine.ts';
import type { WallClock } from './machine-clock.ts';
import type { Network } from './network.ts';
import type { Operator } from './operator.ts';
import { type Plan, type TroubleKind, troubleKinds } from './plan.ts';

interface TroubledWorld {
  readonly kernel: Kernel;
  readonly wall: WallClock;
  readonly journal: Journal;
  readonly book: Book;
  readonly dice: Dice;
  readonly plan: Plan;
  readonly machine: Machine;
  readonly network: Network;
  readonly operator: Operator;
}

/** Lets each kind of trouble of the plan happen again and again, until ended. */
export function scheduleTroubles(world: TroubledWorld): { end(): void } {
  const { kernel, plan, dice } = world;
  let isOver = false;
  const next = (kind: TroubleKind): void => {
    const everyMs = plan.everyMs[kind];
    if (everyMs === Number.POSITIVE_INFINITY) return;
    kernel.schedule(2 * everyMs * dice.random(), null, () => {
      if (isOver) return;
      happen(kind, world);
      next(kind);
    });
  };
  for (const kind of troubleKinds) next(kind);
  return {
    end: () => {
      isOver = true;
    },
  };
}

function happen(kind: TroubleKind, world: TroubledWorld): void {
  const { machine, dice, operator, network, book } = world;
  switch (kind) {
    case 'crash':
      machine.crash('anytime');
      return;
    case 'stop':
      machine.stop(dice.chance(0.5), true);
      return;
    case 'worker-crash':
      crashWorker(machine, dice);
      return;
    case 'worker-stall':
      stallWorker(world);
      return;
    case 'process-stall': {
      if (machine.process === null) return;
      stall(world, machine.process.owner, 'process', dice.spread(1_000, 120_000));
      return;
    }
    case 'jump':
      jump(world);
      return;
    case 'death': {
      const ids = [...book.endpoints.keys()];
      if (ids.length > 0) {
        network.kill(dice.pick(ids), dice.spread(10_000, Math.max(20_000, world.plan.troubleMs)));
      }
      return;
    }
    case 'operator':
      operator.meddle();
      return;
  }
}

function crashWorker(machine: Machine, dice: Dice): void {
  const workers = machine.liveWorkers();
  if (workers.length > 0 && !machine.process?.stopping) machine.crashWorker(dice.pick(workers));
}

function stallWorker(world: TroubledWorld): void {
  const workers = world.machine.liveWorkers();
  if (workers.length === 0) return;
  const { owner, number } = world.dice.pick(workers);
  stall(world, owner, number, world.dice.spread(5_000, 120_000));
}

function stall(
  { kernel, journal }: TroubledWorld,
  owner: Owner,
  worker: number | 'process',
  forMs: number,
): void {
  owner.stalledUntilMs = kernel.nowMs + forMs;
  journal.tell({ kind: 'stalled', worker, untilMs: owner.stalledUntilMs });
}

function jump({ dice, wall, journal, machine }: TroubledWorld): void {
  const ms = (dice.chance(0.5) ? 1 : -1) * dice.spread(10, 3 * 3_600_000);
  wall.jump(ms);
  journal.tell({ kind: 'jumped', ms });
  machine.changed();
}
