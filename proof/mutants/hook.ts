import { registerHooks } from 'node:module';
import { engineMutants } from './engine-mutants.ts';
import { mutate } from './mutant.ts';
import { storeMutants } from './store-mutants.ts';

// Loaded before anything else: hands out one file of the engine with one text replaced. No file is touched.
const name = process.env.DOORBELL_MUTANT;
const mutant = [...storeMutants, ...engineMutants].find((each) => each.name === name);
if (mutant === undefined) throw new Error(`There is no mutant "${name}".`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/packages/engine/src/${mutant.file}`)) return loaded;
    const source = mutate(String(loaded.source), mutant);
    return { ...loaded, source };
  },
});
