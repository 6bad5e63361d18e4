import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { readCount } from '../read-count.ts';
import { UsageError } from '../usage-error.ts';
import { targets } from './targets.ts';

export interface FuzzOptions {
  readonly targets: readonly string[];
  readonly inputs: number;
  readonly requests: number;
  readonly seed: number;
  readonly only: number | null;
  readonly sabotage: boolean;
  readonly jobs: number;
}

const names = targets.map(({ name }) => name);

export const help = `Usage: npm run fuzz -- [options]

Gives the same inputs to the product and to a second implementation in Python, written from the contract: form decoder,
envelope parser, both signatures, a receiver's whole verification, the guard of URLs and addresses, and the bodies of
POST /v1/state-changes; those also to the server itself. Ends with 1 when the two disagree, or when anything throws or hangs.

  --target <name>   one of ${names.join(', ')}, server (default: all)
  --inputs <n>      for each target (default: 1000000)
  --requests <n>    for the server, through HTTP, routes and the database (default: 20000)
  --seed <n>        (default: a new one, which is printed)
  --only <n>        one input of one target, by its number: what a finding prints to be seen again
  --sabotage        a test of this proof: the product with a planted bug, which must be found
  --jobs <n>        targets at a time (default: 2)
  --help

Needs python3. Exit codes: 0 no disagreement; 1 otherwise, or when it cannot run; 2 the command line is wrong.`;

/** undefined when help was asked for. */
export function readOptions(args: readonly string[]): FuzzOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const { target } = values;
  if (target !== undefined && target !== 'server' && !names.includes(target)) {
    throw new UsageError(`--target is one of ${names.join(', ')} or server.`);
  }
  if (values.only !== undefined && target === undefined) throw new UsageError('--only needs a --target.');
  return {
    targets: target === undefined ? [...names, 'server'] : [target],
    inputs: readCount('--inputs', values.inputs, { min: 0, max: 1e9 }),
    requests: readCount('--requests', values.requests, { min: 0, max: 1e7 }),
    seed:
      values.seed === undefined
        ? randomInt(2 ** 32)
        : readCount('--seed', values.seed, { min: 0, max: 2 ** 32 - 1 }),
    only: values.only === undefined ? null : readCount('--only', values.only, { min: 0, max: 1e9 }),
    sabotage: values.sabotage,
    jobs: readCount('--jobs', values.jobs, { min: 1, max: 64 }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        target: { type: 'string' },
        inputs: { type: 'string', default: '1000000' },
        requests: { type: 'string', default: '20000' },
        seed: { type: 'string' },
        only: { type: 'string' },
        sabotage: { type: 'boolean', default: false },
        jobs: { type: 'string', default: '2' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
