import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';

export interface SimulationOptions {
  /** The first seed; those after it follow. */
  readonly seed: number;
  readonly seeds: number;
  readonly workers: number;
  /** Every how-manyth seed runs twice, to compare the traces. */
  readonly twice: number;
  readonly trace: boolean;
  readonly atLeastDeliveries: number;
  readonly atLeastFaults: number;
  readonly needsCoverage: boolean;
}

export const help: string = `npm run simulate -- [--seeds N] [--seed S] [--trace] [--workers N] [--twice N]
                    [--at-least-deliveries N] [--at-least-faults N]

Runs the real engine on the real SQLite store in virtual time, with faults of every kind, and checks the promise.
  --seeds N                 how many seeds (default 200; 1 when only --seed is given)
  --seed S                  the first of them (default 1)
  --trace                   prints all that happens; for one seed
  --workers N               processes (default 2)
  --twice N                 runs every Nth seed twice and compares the traces (default 20)
  --at-least-deliveries N   fails unless so many deliveries were simulated
  --at-least-faults N       fails unless so many faults were injected
Exits with 1 on a violation, on a path that no seed took (from 200 seeds on), and when a figure is not reached.`;

const numbers = ['seed', 'seeds', 'workers', 'twice', 'at-least-deliveries', 'at-least-faults'] as const;
const seedsForCoverage = 200;

/** Undefined when help is asked for. Throws `UsageError`. */
export function readOptions(args: readonly string[]): SimulationOptions | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  const numberOf = (name: (typeof numbers)[number], otherwise: number): number => {
    const text = values[name];
    if (text === undefined) return otherwise;
    if (typeof text !== 'string' || !/^\d{1,10}$/.test(text))
      throw new UsageError(`--${name} takes a whole number.`);
    return Number(text);
  };
  const seeds = numberOf('seeds', values.seed === undefined ? seedsForCoverage : 1);
  return {
    seed: numberOf('seed', 1),
    seeds,
    workers: Math.max(1, Math.min(numberOf('workers', 2), seeds)),
    twice: numberOf('twice', 20),
    trace: values.trace === true,
    atLeastDeliveries: numberOf('at-least-deliveries', 0),
    atLeastFaults: numberOf('at-least-faults', 0),
    needsCoverage: seeds >= seedsForCoverage,
  };
}

function parse(args: readonly string[]): Record<string, string | boolean | undefined> {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(numbers.map((name) => [name, text])),
        trace: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values as Record<string, string | boolean | undefined>;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
