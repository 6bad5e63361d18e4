import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Input } from './fuzz-target.ts';

interface Kept {
  /** What went wrong when it was found, or what it guards. */
  readonly why: string;
  /** Latin-1, so that every byte can be written. */
  readonly parts: readonly string[];
}

/** What was found before, and the edges that someone thought of: replayed before anything new. */
export function readCorpus(target: string): readonly Input[] {
  const file = join(import.meta.dirname, 'corpus', `${target}.json`);
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept[];
  return kept.map(({ parts }) => parts.map((part) => Buffer.from(part, 'latin1')));
}

/** As it is to be put into the corpus once it is understood. */
export function keptForm(input: Input, why: string): string {
  return JSON.stringify({ why, parts: input.map((part) => part.toString('latin1')) });
}
