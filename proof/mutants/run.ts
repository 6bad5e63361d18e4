import { parseArgs } from 'node:util';
import { engineMutants } from './engine-mutants.ts';
import { type Catch, hunt } from './hunt.ts';
import type { Mutant } from './mutant.ts';
import { storeMutants } from './store-mutants.ts';

const help = `npm run mutants -- [--seeds N] [--workers N] [--only TEXT]

Puts one fault after the other into the engine and its SQLite store, and runs the simulation until it catches it.
  --seeds N     at most so many seeds for each (default 60)
  --workers N   processes (default 2)
  --only TEXT   only mutants whose name contains the text
Exits with 1 when a mutant survives.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '60' },
      workers: { type: 'string', default: '2' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const all = [...storeMutants, ...engineMutants].filter(({ name }) => name.includes(values.only));
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
  const startedMs = Date.now();
  const caught = await huntAll(all, seeds, Number(values.workers));
  const survivors = all.filter((mutant) => !caught.get(mutant));
  const catching = [...caught.values()].flatMap((each) => each?.seed ?? []);
  const control = await hunt(null, [...new Set(catching)]);
  const took = Math.round((Date.now() - startedMs) / 1_000);
  console.log(`\n${all.length - survivors.length} of ${all.length} mutants caught, in ${took} s.`);
  for (const { name } of survivors) console.log(`SURVIVED: ${name}`);
  // A seed that finds fault with the engine as it is proves nothing about a mutant.
  if (control === null) console.log('Control: the same seeds find no fault with the engine as it is.');
  else console.log(`CONTROL FAILED: seed ${control.seed}, ${control.checker}: ${control.what}`);
  return survivors.length === 0 && control === null ? 0 : 1;
}

async function huntAll(
  all: readonly Mutant[],
  seeds: readonly number[],
  workers: number,
): Promise<ReadonlyMap<Mutant, Catch | null>> {
  const caught = new Map<Mutant, Catch | null>();
  const waiting = [...all];
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const known = mutant.seed === undefined ? [] : [mutant.seed];
      const found = await hunt(mutant, [...known, ...seeds]);
      caught.set(mutant, found);
      const by = found === null ? 'SURVIVED' : `${found.checker.padEnd(24)} seed ${found.seed}`;
      console.log(`${mutant.name.padEnd(60)} ${by}`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return caught;
}

process.exitCode = await main();
