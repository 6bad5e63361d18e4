import type { Answer } from './answers.ts';
import { faults } from './answers.ts';
import type { Dice } from './dice.ts';
import { type CrashStep, crashSteps } from './fact.ts';

const seconds = 1_000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

/** What a seed chooses for its run. Each run has its own kinds of trouble, and its own amount (swarm testing). */
export interface Plan {
  readonly workers: number;
  readonly customers: number;
  readonly endpointsPerCustomer: number;
  readonly tasksPerCustomer: number;
  readonly changes: number;
  /** How long changes are appended and things go wrong. */
  readonly troubleMs: number;
  readonly horizonMs: number;
  readonly inFlightMax: number;
  /** Answers come at multiples of this: the coarser, the more of them come together. */
  readonly tickMs: number;
  readonly latest: number;
  readonly park: number;
  readonly notices: boolean;
  readonly refuseIllegal: number;
  /** Probability of a fault for each request, 0 to 0.6. */
  readonly faultRate: number;
  readonly faults: readonly Answer[];
  readonly pausingRate: number;
  /** Mean time between troubles of each kind; Infinity for never. */
  readonly everyMs: Readonly<Record<TroubleKind, number>>;
  readonly crashRate: number;
  readonly crashSteps: readonly CrashStep[];
  /** Probability that a worker stalls with the request that it has just sent. */
  readonly stallRate: number;
  readonly storeFaultRate: number;
  readonly lostHintRate: number;
}

export const troubleKinds = [
  'crash',
  'stop',
  'worker-crash',
  'worker-stall',
  'process-stall',
  'jump',
  'death',
  'operator',
] as const;
export type TroubleKind = (typeof troubleKinds)[number];

export function planOf(dice: Dice): Plan {
  const isLong = dice.chance(0.3);
  const troubleMs = isLong ? dice.between(1 * hours, 5 * hours) : dice.spread(20 * seconds, 20 * minutes);
  const isCalm = dice.chance(0.08);
  const rate = (probability: number, value: number): number =>
    !isCalm && dice.chance(probability) ? value : 0;
  const every = (probability: number): number =>
    !isCalm && dice.chance(probability) ? troubleMs / dice.between(1, 6) : Number.POSITIVE_INFINITY;
  return {
    workers: dice.pick([1, 2, 2, 3]),
    customers: dice.between(1, 3),
    endpointsPerCustomer: dice.between(1, 2),
    tasksPerCustomer: dice.spread(3, 80),
    changes: dice.between(150, 600),
    troubleMs,
    horizonMs: dice.spread(10 * seconds, 1.2 * troubleMs),
    inFlightMax: dice.pick([1, 2, 4, 32, 32, 32]),
    tickMs: dice.pick([1, 20, 50, 100]),
    latest: dice.pick([0, 0, 0.5]),
    park: dice.pick([0, 0.5, 1]),
    notices: dice.chance(0.3),
    refuseIllegal: dice.pick([0, 0, 0.5]),
    faultRate: isCalm ? 0 : dice.random() * 0.6,
    faults: dice.some(faults, dice.pick([0.3, 0.7, 1])),
    pausingRate: rate(0.5, dice.rate(0.001, 0.05)),
    everyMs: {
      crash: every(0.5),
      stop: every(0.5),
      'worker-crash': every(0.4),
      'worker-stall': every(0.4),
      'process-stall': every(0.2),
      jump: every(0.3),
      death: every(0.5),
      operator: isCalm ? Number.POSITIVE_INFINITY : troubleMs / dice.between(1, 30),
    },
    crashRate: rate(0.5, dice.rate(0.000_5, 0.01)),
    crashSteps: dice.some(crashSteps, 0.5),
    stallRate: rate(0.4, dice.rate(0.001, 0.01)),
    storeFaultRate: rate(0.4, dice.rate(0.001, 0.05)),
    lostHintRate: rate(0.4, dice.random()),
  };
}
