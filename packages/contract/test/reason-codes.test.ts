import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { reasonCodes } from '../src/index.ts';

const codes = Object.keys(reasonCodes);

test('a reason code is words joined by hyphens, and its meaning is one sentence', () => {
  for (const [code, meaning] of Object.entries(reasonCodes)) {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect(meaning).toMatch(/^[A-Z][^\n]*[^.]\.$/);
  }
});

test('docs/CONTRACT.md lists exactly the codes of the catalogue, with their meaning', () => {
  const page = readFileSync(new URL('../../../docs/CONTRACT.md', import.meta.url), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith('Reason codes')) ?? '';
  const rows = [...section.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [
    code,
    meaning,
  ]);
  expect(rows).toEqual(Object.entries(reasonCodes));
});

test('every code of the catalogue is used by the contract or by the receiver', () => {
  const sources = ['../src', '../../receiver/src'].flatMap((folder) =>
    listSources(new URL(`${folder}/`, import.meta.url)),
  );
  const unused = codes.filter((code) => !sources.some((source) => source.includes(`'${code}'`)));
  expect(unused).toEqual([]);
});

function listSources(folder: URL): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== 'reason-codes.ts')
    .map((file) => readFileSync(new URL(file, folder), 'utf8'));
}
