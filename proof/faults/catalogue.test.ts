import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { catalogue } from './catalogue.ts';
import { judge } from './judge.ts';

const root = join(import.meta.dirname, '../..');

it('has the 72 faults, each once and in order, each with something that shows it', () => {
  expect(catalogue.map(({ number }) => number)).toEqual(Array.from({ length: 72 }, (_, index) => index + 1));
  expect(catalogue.filter(({ shownBy }) => shownBy.length === 0)).toEqual([]);
});

it('names files and commands that exist', () => {
  const named = catalogue.flatMap(({ shownBy }) => shownBy);
  expect(named.flatMap((by) => ('file' in by && !existsSync(join(root, by.file)) ? [by.file] : []))).toEqual(
    [],
  );
  const scripts = named.flatMap((by) => ('command' in by ? [by.command.split(' ')[2]] : []));
  expect(scripts.filter((script) => !(script && script in packageJson.scripts))).toEqual([]);
});

it('fails a fault whose test failed, was left out, or is not there', () => {
  const fault = { number: 1, fault: 'f', expected: 'e', shownBy: [{ file: 'a.test.ts', named: 'survives' }] };
  const outcome = { file: 'a.test.ts', name: 'it survives', passed: true };
  expect(judge(fault, [outcome]).standing).toBe('holds');
  expect(judge(fault, [outcome, { ...outcome, passed: false }]).standing).toBe('FAILS');
  expect(judge(fault, [{ ...outcome, name: 'it dies' }]).standing).toBe('FAILS');
  expect(judge(fault, []).standing).toBe('FAILS');
});
