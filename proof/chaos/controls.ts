import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { sabotages } from './sabotage.ts';

// npm run chaos:controls [-- postgres/lease sqlite/commit ...]: takes one guard after another out of Doorbell and
// wants each run to fail with the finding that the guard is there for. Says which did not, and exits 1.
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
  const [store = '', kind = ''] = name.split('/');
  const { finding } = sabotages[kind] ?? { finding: '' };
  const options = ['--store', store, '--workers', '3', '--quick', '--events', '1500', '--sabotage', kind];
  const { code, output } = await runChaos(options);
  const found = Number(
    new RegExp(`^  ${finding} +([\\d,]+)$`, 'm').exec(output)?.[1]?.replaceAll(',', '') ?? 0,
  );
  const isCaught = code === 1 && found > 0;
  if (!isCaught) failures += 1;
  const verdict = isCaught ? `caught: ${finding} ${found}` : `NOT CAUGHT (exit code ${code})`;
  console.log(`without its guard ${name.padEnd(16)} ${verdict}`);
  if (!isCaught) console.log(output);
}
process.exitCode = failures === 0 ? 0 : 1;

function runChaos(options: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--conditions=doorbell-source', run, ...options],
      (_, out, err) => resolve({ code: child.exitCode ?? -1, output: out + err }),
    );
  });
}
