import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const path = join(import.meta.dirname, 'regressions.json');

/** Seeds that have failed once: they run first, for ever. */
export function readRegressions(): readonly number[] {
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly seeds: readonly number[] }).seeds;
}

export function addRegressions(seeds: readonly number[]): void {
  const all = [...new Set([...readRegressions(), ...seeds])].sort((a, b) => a - b);
  writeFileSync(path, `${JSON.stringify({ seeds: all }, null, 2)}\n`);
}
