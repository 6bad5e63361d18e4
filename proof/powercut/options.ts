import { parseArgs } from 'node:util';
import { readCount } from '../read-count.ts';
import { UsageError } from '../usage-error.ts';

export interface PowercutOptions {
  readonly states: number;
  readonly seed: number;
  readonly jobs: number;
}

export const help = `Usage: npm run powercut -- [options]

Watches every system call of the real SQLite store at work, rebuilds what a power cut could leave on the disk (all that
was synced; of the rest none, all, the first writes, any of them, or torn sectors), opens it again with the real store and
holds it against what had been acknowledged. Then does the same with two settings that must fail, or this proves nothing.

  --states <n>  crash states of the store as it is served, at least (default: 2000)
  --seed <n>    for the workload, the cuts and the survivors (default: 1)
  --jobs <n>    threads (default: 2)
  --help

Needs strace, and the right to trace processes. Exit codes: 0 nothing acknowledged was lost, nothing was corrupt, and both
controls failed as they must; 1 otherwise, or when it cannot run; 2 the command line is wrong.`;

/** undefined when help was asked for. */
export function readOptions(args: readonly string[]): PowercutOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  return {
    states: readCount('--states', values.states, { min: 1, max: 1_000_000 }),
    seed: readCount('--seed', values.seed, { min: 1, max: 2 ** 32 - 1 }),
    jobs: readCount('--jobs', values.jobs, { min: 1, max: 64 }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        states: { type: 'string', default: '2000' },
        seed: { type: 'string', default: '1' },
        jobs: { type: 'string', default: '2' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
