// npm run conformance: the kit against every endpoint whose behaviour is known, one line each.
// It exits with 1 when what failed is not exactly what had to fail. Words limit the run to the endpoints whose
// kind and name have them: npm run conformance -- broken timestamp
import { styleText } from 'node:util';

import { listCases } from '@doorbell/conformance';

import { adapterReceivers } from './adapter-receivers.ts';
import { brokenReceivers, carefulReceiver } from './broken-receivers.ts';
import { findExamples } from './example-receivers.ts';
import { type Judgement, judgeSubject } from './judge-subject.ts';
import { sdkReceivers } from './sdk-receivers.ts';
import type { Subject } from './subject.ts';

// Keeps Express from printing what its parsers refuse.
process.env.NODE_ENV = 'test';

const concurrency = 4;
const words = process.argv.slice(2);
const isMeant = ({ kind, name }: { kind: string; name: string }): boolean =>
  words.every((word) => `${kind} ${name}`.toLowerCase().includes(word.toLowerCase()));

const { subjects: examples, lacking } = findExamples();
const subjects = [...sdkReceivers, ...adapterReceivers, carefulReceiver, ...brokenReceivers, ...examples];
const meant = subjects.filter(isMeant);
const lackingHere = lacking.map(({ name, needs }) => ({ kind: 'example', name, needs })).filter(isMeant);

const nameColumns = Math.max(...meant.map(({ name }) => name.length), 8);
const differing: string[] = [];

console.log(`${listCases().length} cases against ${meant.length} endpoints\n`);
console.log(row('', 'kind', 'endpoint', 'grade', 'passed', 'failed', 'expected', 'skipped'));

const queue = [...meant];
await Promise.all(Array.from({ length: concurrency }, work));

for (const { name, needs } of lackingHere) {
  console.log(row('-', 'example', name, '', '', '', '', `needs ${needs}, which is not here`));
  if (process.env.CI) differing.push(`${name}: CI has to have ${needs}`);
}
console.log(
  differing.length === 0
    ? `\n${styleText('green', 'Every endpoint failed exactly what it has to fail.')}`
    : `\n${styleText('red', `${differing.length} differ:`)}\n${differing.join('\n')}`,
);
// The frameworks leave timers behind.
process.exit(differing.length === 0 && meant.length > 0 ? 0 : 1);

async function work(): Promise<void> {
  for (let subject = queue.shift(); subject !== undefined; subject = queue.shift()) {
    try {
      report(await judgeSubject(subject));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      console.log(row(styleText('red', '✗'), subject.kind, subject.name, '', '', '', '', ''));
      differing.push(`${subject.name}: ${reason}`);
    }
  }
}

function report({ subject, report: { grade, results }, unexpected, missed }: Judgement): void {
  const of = (outcome: string): string =>
    String(results.filter((result) => result.outcome === outcome).length);
  const right = unexpected.length === 0 && missed.length === 0;
  const mark = right ? styleText('green', '✓') : styleText('red', '✗');
  const counts = [of('passed'), of('failed'), expected(subject), of('skipped')] as const;
  console.log(row(mark, subject.kind, subject.name, grade ?? '', ...counts));
  if (unexpected.length > 0) differing.push(`${subject.name}: failed unexpectedly: ${unexpected.join(', ')}`);
  if (missed.length > 0) differing.push(`${subject.name}: had to fail: ${missed.join(', ')}`);
}

function expected({ expects }: Subject): string {
  return 'fails' in expects ? String(expects.fails.length) : `no ${expects.holds.join(', ')}`;
}

function row(
  mark: string,
  kind: string,
  name: string,
  grade: string,
  passed: string,
  failed: string,
  expectedFailures: string,
  skipped: string,
): string {
  return [
    mark === '' ? ' ' : mark,
    kind.padEnd(8),
    name.padEnd(nameColumns),
    grade.padEnd(5),
    passed.padStart(6),
    failed.padStart(6),
    expectedFailures.padStart(8),
    skipped.padStart(7),
  ].join('  ');
}
