import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as contract from '../src/index.ts';
import { listVectorRuns } from './vector-runs.mjs';

const runs = listVectorRuns(contract);

describe('the published vectors hold', () => {
  test.each(runs)('$file, $name', ({ run }) => {
    run();
  });

  test('and every file of the folder is run', () => {
    const files = readdirSync(new URL('../vectors', import.meta.url)).filter((file) =>
      file.endsWith('.json'),
    );
    expect(files.sort()).toEqual([...new Set(runs.map(({ file }) => file))].sort());
  });

  test('and each vector has a name of its own', () => {
    const names = runs.map(({ file, name }) => `${file} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
