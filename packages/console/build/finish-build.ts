import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

// After Vite: compresses what the server sends, and fails when the first load has grown over its budget.

/** Of script, by gzip, for the sign-in page and any one page together, before charts. */
const firstLoadBytesMax = 300 * 1_024;
const dist = join(import.meta.dirname, '..', 'dist');

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
}

const manifest: Readonly<Record<string, Chunk>> = JSON.parse(
  readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8'),
);

compressAll();
for (const page of Object.keys(manifest).filter(
  (name) => name.startsWith('src/pages/') && name.endsWith('-page.tsx'),
)) {
  const files = [...chunksOf('index.html', chunksOf(page))];
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length, 0);
  const isOver = bytes > firstLoadBytesMax;
  process.stdout.write(
    `${kib(bytes)} of script by gzip to open ${page.split('/')[2]}${isOver ? `: over ${kib(firstLoadBytesMax)}` : ''}\n`,
  );
  // Load something later, or do without it.
  if (isOver) process.exitCode = 1;
}

/** The files of an entry and of all that it imports before it runs. */
function chunksOf(name: string, found: Set<string> = new Set()): Set<string> {
  const chunk = manifest[name];
  if (chunk === undefined) throw new Error(`The build has no ${name}.`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const imported of chunk.imports ?? []) chunksOf(imported, found);
  return found;
}

function compressAll(): void {
  for (const entry of readdirSync(dist, { withFileTypes: true, recursive: true })) {
    if (!/\.(js|css|html|svg)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const plain = readFileSync(path);
    const small = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
    if (small.length < plain.length) writeFileSync(`${path}.br`, small);
  }
}

function kib(count: number): string {
  return `${(count / 1_024).toFixed(1)} KiB`;
}
