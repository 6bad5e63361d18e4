import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Vector {
  readonly body?: string;
  readonly bodyHex?: string;
}

const vectors = join(import.meta.dirname, '../../packages/contract/vectors');
/** Longer ones are there for the limits, and would make every input slow. */
const seedBytesMax = 512;

/** The bodies of the contract's own vectors: what the mutations begin with. */
export function bodiesOf(file: 'form' | 'envelope', section: 'decode' | 'parse'): readonly Buffer[] {
  const content = JSON.parse(readFileSync(join(vectors, `${file}.json`), 'utf8')) as Record<string, Vector[]>;
  return (content[section] ?? [])
    .flatMap(({ body, bodyHex }) => {
      if (bodyHex !== undefined) return [Buffer.from(bodyHex, 'hex')];
      return body === undefined ? [] : [Buffer.from(body)];
    })
    .filter(({ length }) => length <= seedBytesMax);
}

export function buffers(...texts: readonly string[]): readonly Buffer[] {
  return texts.map((text) => Buffer.from(text));
}

/** What JSON is made of, and what it trips over: put into texts by `mutate`. */
export const jsonTokens: readonly Buffer[] = buffers(
  ...['{', '}', '[', ']', '"', ',', ':', '\\', '\\u', '\\ud800', '0', '-', ' ', '\ufeff', '\0', 'null', '张'],
);

/** JSON in ASCII, as Python writes it. */
export function asciiJson(value: unknown): string {
  const text = JSON.stringify(value);
  return isAscii.test(text)
    ? text
    : text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const isAscii = /^[ -~]*$/;
