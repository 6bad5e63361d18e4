import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const root: string = resolve(import.meta.dirname, '../..');

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** What is in `deploy/`, and what people read about it. */
export function listDeployFiles(): readonly TextFile[] {
  const patterns = ['deploy', 'docs/OPERATIONS*.md'];
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  return listed
    .split('\n')
    .filter((path) => path !== '')
    .map(readText);
}

export function readText(path: string): TextFile {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

/** Every document of a YAML file. Throws with the first fault, duplicate keys included. */
export function parseYaml({ path, text }: TextFile): readonly unknown[] {
  return parseAllDocuments(text, { merge: true }).map((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw new Error(`${path}: ${fault.message}`);
    return document.toJS() as unknown;
  });
}

/** Every object anywhere in a tree. */
export function* walk(tree: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (tree === null || typeof tree !== 'object') return;
  if (!Array.isArray(tree)) yield tree as Readonly<Record<string, unknown>>;
  for (const value of Object.values(tree)) yield* walk(value);
}
