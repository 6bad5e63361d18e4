import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { sabotages } from './sabotage.ts';

// npm run chaos:controls [-- postgres/lease sqlite/commit ...]: takes one guard after another out of Doorbell and
// wants each run to fail with the finding that the guard is there for. Says which did not, and exits 1.
const triesMax = 3;
const run = join(import.meta.dirname, 'run.ts');
const all = Object.entries(sabotages).flatMap(([kind, { edits }]) =>
  Object.keys(edits).map((store) => `${store}/${kind}`),
);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no control ${unknown.join(', ')}; there are ${all.join(', ')}.`);
  process.exit(2);
}

let failures = 0;
for (const name of asked.length > 0 ? asked : all) {
  const found = await findWithout(name);
  if (found === 0) failures += 1;
  console.log(
    `without its guard ${name.padEnd(16)} ${found > 0 ? `caught, ${found} findings` : 'NOT CAUGHT'}`,
  );
}
process.exitCode = failures === 0 ? 0 : 1;

/** How many of the guard's findings a run makes without it. Faults fall by chance, so one that finds none is run again. */
async function findWithout(name: string): Promise<number> {
  const [store = '', kind = ''] = name.split('/');
  const findings = sabotages[kind]?.findings ?? [];
  const options = ['--store', store, '--workers', '3', '--quick', '--events', '3000', '--sabotage', kind];
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const { code, output } = await runChaos(options);
    const found = findings.reduce((sum, finding) => sum + countOf(finding, output), 0);
    if (code === 1 && found > 0) return found;
    console.log(output);
  }
  return 0;
}

function countOf(finding: string, output: string): number {
  const row = output.split('\n').find((line) => line.startsWith(`  ${finding} `)) ?? '';
  return Number(
    row
      .slice(finding.length + 2)
      .trim()
      .replaceAll(',', ''),
  );
}

function runChaos(options: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--conditions=doorbell-source', run, ...options],
      (_, out, err) => resolve({ code: child.exitCode ?? -1, output: out + err }),
    );
  });
}
