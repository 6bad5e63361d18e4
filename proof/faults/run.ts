import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { catalogue } from './catalogue.ts';
import { type Judged, judge, type TestOutcome } from './judge.ts';

// Prints the 72 faults, each with the tests that show its outcome and whether they passed just now.
//
//   npm run faults                       runs those tests, and no other
//   npm run faults -- --report FILE      judges a run of vitest that wrote FILE with --reporter=json

const root = resolve(import.meta.dirname, '../..');
const { values } = parseArgs({ options: { report: { type: 'string' } } });

const outcomes = readReport(values.report ?? (await runTests()));
const judged = catalogue.map((fault) => judge(fault, outcomes));
for (const each of judged) print(each);
const missing = judged.filter(({ standing }) => standing !== 'holds');
process.stdout.write(`\n${judged.length - missing.length} passed, ${missing.length} failed\n`);
process.exitCode = missing.length === 0 ? 0 : 1;

async function runTests(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorbell-faults-'));
  process.once('exit', () => void rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'report.json');
  const files = new Set(
    catalogue.flatMap(({ shownBy }) => shownBy.flatMap((by) => ('file' in by ? [by.file] : []))),
  );
  const args = [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...files,
  ];
  const vitest = spawn('npx', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  await once(vitest, 'exit');
  return file;
}

function readReport(file: string): readonly TestOutcome[] {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return report.testResults.flatMap(
    (suite: { name: string; assertionResults: readonly { fullName: string; status: string }[] }) =>
      suite.assertionResults.map(({ fullName, status }) => ({
        file: relative(root, suite.name),
        name: fullName,
        passed: status === 'passed',
      })),
  );
}

function print({ fault, standing, tests, commands, without }: Judged): void {
  const mark = standing === 'holds' ? styleText('green', 'holds') : styleText('red', standing);
  process.stdout.write(`${String(fault.number).padStart(2)}  ${mark}  ${fault.fault}\n`);
  const by = [tests === 0 ? '' : `${tests} tests`, ...commands].filter((text) => text !== '').join(', ');
  process.stdout.write(`           ${styleText('dim', `-> ${fault.expected} (${by})`)}\n`);
  for (const { file, named } of without) {
    process.stdout.write(`           ${styleText('red', `no passing test "${named}" in ${file}`)}\n`);
  }
}
