import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

// After Vite: compresses what the server sends, and fails when the first load has grown over its budget.

/** Of script, by gzip, for the sign-in page and any one page together, before charts and calendars. */
const firstLoadBytesMax = 285 * 1_024;
const signIn = 'src/shell/sign-in.tsx';
/** What a page draws by itself once its first rows are on the screen. */
const drawnLater: Readonly<Record<string, readonly string[]>> = {
  'src/pages/notifications/notifications-page.tsx': [
    'src/pages/notifications/notification-filter-form.tsx',
    'src/pages/notifications/notification-toolbar.tsx',
  ],
};
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
  const first = bytesOf(['index.html', page]);
  const bytes = bytesOf(['index.html', signIn, page, ...(drawnLater[page] ?? [])]);
  const isOver = bytes > firstLoadBytesMax;
  process.stdout.write(
    `${kib(first)} of script by gzip to open ${page.split('/')[2]}, ${kib(bytes)} with all of it and the sign-in page${isOver ? `: over ${kib(firstLoadBytesMax)}` : ''}\n`,
  );
  // Load something later, or do without it.
  if (isOver) process.exitCode = 1;
}

function bytesOf(names: readonly string[]): number {
  const files = new Set<string>();
  for (const name of names) chunksOf(name, files);
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length, 0);
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
