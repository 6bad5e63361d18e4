import { measureListPaint } from './browser/list-paint.ts';
import { createApiKey, type ServedDoorbell, type ServeOptions, serveDoorbell } from './doorbell/serve.ts';
import { formatCount } from './format.ts';
import { type Answered, Lister } from './history/lister.ts';
import { listQuestions } from './history/questions.ts';
import { type Figures, figuresOf, type Goal, type Round, type Row } from './measure.ts';
import type { Stage } from './stage.ts';
import { median, percentile, spreadOf } from './statistics.ts';

/** First rows within what a person takes for at once. */
const goal: Goal = { atMost: 300 };
const pages = 100;

/** The real server on a filled database, asked as the console asks. */
export async function measureList(stage: Stage, options: ServeOptions): Promise<Figures> {
  const apiKey = await createApiKey(options);
  const server = await serveDoorbell(options);
  try {
    return { ...(await askAll(stage, server, apiKey)), ...(await measureListPaint(server.url, apiKey)) };
  } finally {
    await server.stop();
  }
}

/** Each question once, so that no answer is kept from the time before. */
async function askAll(stage: Stage, { url }: ServedDoorbell, apiKey: string): Promise<Figures> {
  const lister = new Lister(url, apiKey);
  const answers: Answered[] = [];
  for (const question of listQuestions(Date.now())) answers.push(await lister.firstRows(question));
  const slowest = answers.toSorted((left, right) => right.firstRowsMs - left.firstRowsMs);
  for (const { name, firstRowsMs, pages: read } of slowest.slice(0, 5)) {
    stage.tell(`${formatCount(firstRowsMs)} ms, ${read} pages: ${name}`);
  }
  const times = answers.map(({ firstRowsMs }) => firstRowsMs);
  const pageTimes = await lister.pageTimes(pages);
  return {
    questions: answers.length,
    unfilteredMs: answers[0]?.firstRowsMs ?? Number.NaN,
    slowestMs: Math.max(...times),
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    page2Ms: pageTimes[1] ?? Number.NaN,
    page100Ms: pageTimes[pages - 1] ?? Number.NaN,
  };
}

export function listRows(store: string, contender: string, rounds: readonly Round[]): readonly Row[] {
  const show = (name: string) => formatCount(median(figuresOf(rounds, contender, name)));
  const notifications = formatCount(figuresOf(rounds, contender, 'notifications')[0] ?? 0);
  const row = (what: string, name: string, behind: string): Row => ({
    what,
    figure: spreadOf(figuresOf(rounds, contender, name)),
    unit: 'ms',
    goal,
    behind,
  });
  return [
    row(`list, ${store}, ${notifications} notifications`, 'unfilteredMs', 'no filter, newest 50, over HTTP'),
    row(
      `list, ${store}, slowest filter`,
      'slowestMs',
      `of ${show('questions')} combinations of the form, each asked once; p50 ${show('p50Ms')}, p99 ${show('p99Ms')} ms`,
    ),
    row(`list, ${store}, page ${pages}`, `page${pages}Ms`, `page 2: ${show('page2Ms')} ms`),
    row(
      `list, ${store}, console`,
      'followedMs',
      `from a click on the menu to the first row painted; ${show('hastyMs')} ms the moment the menu is there, ${show('openedMs')} ms when its address is opened, ${show('unknownMs')} ms with nothing cached`,
    ),
  ];
}
