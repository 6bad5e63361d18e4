import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** One file of the built console, as it is sent. */
export interface ConsoleFile {
  readonly bytes: Buffer;
  /** The same in brotli; null where it would not be smaller. */
  readonly brotli: Buffer | null;
  readonly contentType: string;
  /** Its name holds a hash of its content, so that it never changes. */
  readonly isImmutable: boolean;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Reads the built console into memory, by URL path; some 3 MB. Empty when it was not built. Only what is found here is
 * ever served, so no path of a request reaches the file system.
 */
export function readConsoleFiles(directory: string): ReadonlyMap<string, ConsoleFile> {
  const files = new Map<string, ConsoleFile>();
  for (const path of listFiles(directory)) {
    const contentType = contentTypes[extname(path)];
    if (contentType === undefined) continue;
    const url = `/${relative(directory, path).split(sep).join('/')}`;
    const isImmutable = url.startsWith('/assets/');
    files.set(url, {
      bytes: readFileSync(path),
      brotli: readIfThere(`${path}.br`),
      contentType,
      isImmutable,
    });
  }
  return files;
}

function listFiles(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw error;
  }
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    throw error;
  }
}
