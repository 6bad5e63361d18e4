import type { ChaosRun } from './chaos.ts';
import type { Conclusion } from './conclude.ts';
import type { World } from './world.ts';

const findingsShown = 10;

/** Lines for people, and whether the promise held. */
export interface Report {
  readonly lines: readonly string[];
  readonly holds: boolean;
}

export function report(world: World, run: ChaosRun, conclusion: Conclusion, tookMs: number): Report {
  const { judgement, inDatabase } = conclusion;
  const promised = [
    finding('lost', judgement.lost),
    finding('misordered', judgement.misordered),
    finding('duplicates after certain outcomes', judgement.duplicates),
  ];
  const beside = [
    finding('arrived without a commit', judgement.neverCommitted),
    finding('wrong contents or signature', judgement.untrue),
    finding('wrong answers to producers', run.books.wrongAnswers),
    finding('the database disagrees', inDatabase),
    finding('surprises', run.surprises),
  ];
  const all = [...promised, ...beside];
  return {
    holds: all.every(({ count }) => count === 0),
    lines: [
      ...eventLines(run, conclusion),
      '',
      'faults',
      ...faultLines(world, run, conclusion).map(([name, count]) => row(name, count)),
      '',
      'duplicates after doubt, and repeats that the endpoint asked for',
      ...sorted(judgement.repeats).map(([name, count]) => row(name, count)),
      '',
      'verdict',
      ...all.flatMap(({ name, count, lines }) => [row(name, count), ...lines]),
      '',
      `${all.every(({ count }) => count === 0) ? 'The promise held' : 'THE PROMISE DID NOT HOLD'}, in ${Math.round(tookMs / 1_000)} s.`,
    ],
  };
}

function eventLines({ books }: ChaosRun, { judgement, arrivals }: Conclusion): readonly string[] {
  return [
    'events',
    row('acknowledged', books.acknowledged.length),
    ...sorted(books.acknowledgedBy).map(([way, count]) => row(`  ${way}`, count)),
    row('notifications they make', judgement.notifications),
    row('arrivals', arrivals),
  ];
}

function faultLines(
  { receiver, waitsForLeases }: World,
  { books, inflicted, hurried, startedInVain }: ChaosRun,
  { fenced, lostLeases }: Conclusion,
): readonly (readonly [string, number])[] {
  const manners = [...receiver.manners()].filter(([manner]) => manner !== 'prompt');
  const ended = waitsForLeases ? 'of stopped workers' : 'of killed and stopped workers';
  return [
    ...sorted(inflicted.counts),
    ...[...books.rolledBackBy].map(([how, count]) => [`changes rolled back: ${how}`, count] as const),
    ['appends without a certain answer, tried again', books.inDoubt],
    ...manners.map(([manner, count]) => [`receiver: ${mannerTitles[manner] ?? manner}`, count] as const),
    ['leases that ran out, or were ended, untold', lostLeases],
    [`  ended by hand, ${ended}`, inflicted.leasesEnded],
    ['settlements fenced', fenced],
    ['starts while the database was away, ended with a sentence', startedInVain],
    ['waits cut short at the end, by resend', hurried],
  ];
}

const mannerTitles: Readonly<Record<string, string>> = {
  'drop-reply': 'processed, reply dropped',
  'cut-reply': 'processed, reply cut in half',
  reset: 'reset before reading',
  'http-500': 'HTTP 500',
  'envelope-500': 'envelope 500',
  slow: 'slow',
};

interface Finding {
  readonly name: string;
  readonly count: number;
  readonly lines: readonly string[];
}

function finding(name: string, found: readonly string[]): Finding {
  const lines = found.slice(0, findingsShown).map((line) => `    ${line}`);
  const more = found.length - findingsShown;
  return { name, count: found.length, lines: more > 0 ? [...lines, `    and ${more} more`] : lines };
}

function sorted(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function row(name: string, count: number): string {
  return `  ${name.padEnd(78)} ${count.toLocaleString('en').padStart(8)}`;
}
