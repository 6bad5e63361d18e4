import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const command = join(import.meta.dirname, '../bin/doorbell.js');

/** The command in a repository of its own, with one package that was compiled and bundled at these times. */
async function runCommand({ compiledAt, bundledAt }: { compiledAt: number; bundledAt: number | null }) {
  const folder = mkdtempSync(join(tmpdir(), 'doorbell-bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const packages = join(folder, 'packages');
  const cli = join(packages, 'cli');
  for (const name of ['bin', 'dist', 'bundle']) mkdirSync(join(cli, name), { recursive: true });
  writeFileSync(join(cli, 'package.json'), '{"type":"module"}');
  cpSync(command, join(cli, 'bin/doorbell.js'));
  writeFileSync(join(cli, 'dist/main.js'), 'export const main = () => console.log("compiled");');
  writeFileSync(join(cli, 'dist/.tsbuildinfo'), '');
  utimesSync(join(cli, 'dist/.tsbuildinfo'), compiledAt, compiledAt);
  if (bundledAt !== null) {
    writeFileSync(join(cli, 'bundle/main.js'), 'export const main = () => console.log("bundled");');
    utimesSync(join(cli, 'bundle/main.js'), bundledAt, bundledAt);
  }
  const { stdout } = await promisify(execFile)(process.execPath, [join(cli, 'bin/doorbell.js')]);
  return stdout.trim();
}

test('the command runs from its bundle', async () => {
  expect(await runCommand({ compiledAt: 100, bundledAt: 200 })).toBe('bundled');
});

test('the command does not run from a bundle that is older than what was compiled', async () => {
  expect(await runCommand({ compiledAt: 300, bundledAt: 200 })).toBe('compiled');
});

test('the command runs without a bundle', async () => {
  expect(await runCommand({ compiledAt: 100, bundledAt: null })).toBe('compiled');
});
