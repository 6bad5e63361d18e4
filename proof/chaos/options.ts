import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { readCount } from '../read-count.ts';
import { UsageError } from '../usage-error.ts';
import { sabotages } from './sabotage.ts';

export interface ChaosOptions {
  readonly store: 'postgres' | 'sqlite';
  readonly workers: number;
  readonly events: number;
  readonly seed: number;
  readonly isQuick: boolean;
  readonly lies: boolean;
  /** Of `sabotages`. */
  readonly sabotage: string | undefined;
}

const eventsByDefault = 20_000;
const eventsOfQuick = 3_000;

export const help = `Usage: npm run chaos -- [options]

Real processes of Doorbell deliver to a real HTTP receiver while they are killed and stopped, their connections and their
database broken, replies dropped and appends rolled back. Then what arrived is held against what was appended.

  --store postgres|sqlite  postgres: on the server at DATABASE_URL, else on one started from the system's binaries;
                           sqlite: one process, killed and started again (default: postgres)
  --workers <n>            processes that deliver, with postgres (default: 4)
  --events <n>             changes to append (default: ${eventsByDefault}; with --quick ${eventsOfQuick})
  --seed <n>               for the faults and the receiver's answers (default: a new one, which is printed)
  --quick                  for CI, under a minute: no stop really lasts longer than the lease of 45 s, and the leases of the
                           killed are ended by hand in the database instead of waiting for them to run out
  --lies                   a test of this proof: the receiver tells three things that did not happen, so it must fail
  --sabotage <guard>       a test of this proof: Doorbell runs without one of its guards, so it must fail;
                           ${Object.keys(sabotages).join(', ')}
  --help

Exit codes: 0 nothing lost, misordered or sent again after a certain outcome, and the database agrees; 1 otherwise;
2 the command line is wrong.`;

/** undefined when help was asked for. */
export function readOptions(args: readonly string[]): ChaosOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const { store } = values;
  if (store !== 'postgres' && store !== 'sqlite') throw new UsageError('--store is postgres or sqlite.');
  const isQuick = values.quick;
  return {
    store,
    workers: store === 'sqlite' ? 1 : readCount('--workers', values.workers, { min: 1, max: 32 }),
    events: readCount('--events', values.events ?? String(isQuick ? eventsOfQuick : eventsByDefault), {
      min: 1,
      max: 1_000_000,
    }),
    seed:
      values.seed === undefined
        ? randomInt(1_000_000)
        : readCount('--seed', values.seed, { min: 1, max: 2 ** 32 - 1 }),
    isQuick,
    lies: values.lies,
    sabotage: readSabotage(values.sabotage, store),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        store: { type: 'string', default: 'postgres' },
        workers: { type: 'string', default: '4' },
        events: { type: 'string' },
        seed: { type: 'string' },
        quick: { type: 'boolean', default: false },
        lies: { type: 'boolean', default: false },
        sabotage: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readSabotage(kind: string | undefined, store: ChaosOptions['store']): string | undefined {
  if (kind === undefined) return undefined;
  const kinds = Object.keys(sabotages).filter((one) => sabotages[one]?.edits[store] !== undefined);
  if (!kinds.includes(kind)) throw new UsageError(`--sabotage of ${store} is one of ${kinds.join(', ')}.`);
  return kind;
}
