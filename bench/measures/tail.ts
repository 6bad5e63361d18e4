import { formatCount } from '../format.ts';
import { figuresOf, type Goal, type Measure, type Round, type Row, type Unit } from '../measure.ts';
import { median, spreadOf } from '../statistics.ts';
import { measureTail } from '../watched-tail.ts';

const calm = '200 a second';
const flood = '5,000 a second';

export const tail: Measure = {
  name: 'tail',
  onlyByName: true,
  about:
    'the live tail, over its stream and in the console, while the server delivers 200 and then 5,000 a second',
  async round(stage) {
    const seconds = stage.size(10, 5);
    const [atCalm = {}, atFlood = {}] = await measureTail(stage, [
      { perSecond: 200, seconds },
      { perSecond: 5_000, seconds },
    ]);
    return { [calm]: atCalm, [flood]: atFlood };
  },
  rows: (rounds) => [
    rowOf(rounds, `tail, ${calm}`, calm, 'droppedShare', 'ratio', { atMost: 0 }, 'share that was dropped'),
    rowOf(rounds, `tail, ${calm}, page`, calm, 'longestTaskMs', 'ms', { atMost: 200 }, pageOf(rounds, calm)),
    rowOf(
      rounds,
      `tail, ${flood}, memory`,
      flood,
      'peakMB',
      'MB',
      null,
      `peak of the server; ${formatCount(median(figuresOf(rounds, flood, 'seenPerSecond')))} a second delivered and counted`,
    ),
    rowOf(
      rounds,
      `tail, ${flood}, page`,
      flood,
      'longestTaskMs',
      'ms',
      { atMost: 200 },
      pageOf(rounds, flood),
    ),
  ],
};

function rowOf(
  rounds: readonly Round[],
  what: string,
  contender: string,
  name: string,
  unit: Unit,
  goal: Goal | null,
  behind: string,
): Row {
  const show = (figure: string) => formatCount(median(figuresOf(rounds, contender, figure)));
  const flow = `shown ${show('shownPerSecond')} a second; server busy ${show('busyPercent')} % of a core`;
  const figure = spreadOf(figuresOf(rounds, contender, name));
  return { what, figure, unit, goal, behind: `${behind}; ${flow}` };
}

function pageOf(rounds: readonly Round[], contender: string): string {
  const show = (name: string) => formatCount(median(figuresOf(rounds, contender, name)));
  return `longest task of the page's main thread, ${show('longTasks')} over 50 ms, ${show('rows')} rows`;
}
