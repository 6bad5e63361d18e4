import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { engineMutants } from './engine-mutants.ts';
import { mutate } from './mutant.ts';
import { storeMutants } from './store-mutants.ts';

const sources = join(import.meta.dirname, '../../packages/engine/src');
const all = [...storeMutants, ...engineMutants];

describe('the mutants', () => {
  it('are at least 25, each with a name of its own', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(25);
  });

  it('each change exactly one place of the engine as it is', () => {
    for (const mutant of all) {
      const source = readFileSync(join(sources, mutant.file), 'utf8');
      expect(mutate(source, mutant), mutant.name).not.toBe(source);
    }
  });

  it('that would change nothing, or more than one place, are refused', () => {
    const mutant = { name: 'm', file: 'f.ts', original: 'a', replacement: 'b' };
    expect(() => mutate('x', mutant)).toThrow('exactly once');
    expect(() => mutate('aa', mutant)).toThrow('exactly once');
  });
});
