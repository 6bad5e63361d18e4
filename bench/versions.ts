import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Stage } from './stage.ts';

const packages = ['undici', 'fastify', 'bullmq', 'pg-boss', 'graphile-worker'] as const;
const require = createRequire(import.meta.url);

/** Of everything that takes part; of servers, those that this run has started. */
export async function listVersions(stage: Stage): Promise<Readonly<Record<string, string>>> {
  const entries = await Promise.all(packages.map(async (name) => [name, await versionOf(name)] as const));
  return { ...Object.fromEntries(entries), ...(await stage.serverVersions()) };
}

async function versionOf(name: string): Promise<string> {
  // Not `require('<name>/package.json')`: not every package exports it.
  let folder = dirname(require.resolve(name));
  for (;;) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
    const manifest = JSON.parse(text) as { name?: string; version?: string };
    if (manifest.name === name) return manifest.version ?? 'unknown';
    folder = dirname(folder);
  }
}
