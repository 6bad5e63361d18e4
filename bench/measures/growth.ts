import { askOnce } from '../contender.ts';
import type { BacklogDrainTask } from '../doorbell/drain.ts';
import type { StorePlace } from '../doorbell/open-store.ts';
import { formatCount } from '../format.ts';
import { type Figures, figuresOf, inTurns, type Measure, type Round, ratiosOf } from '../measure.ts';
import { withPostgresBacklog, withSqliteBacklog } from '../prepared-backlog.ts';
import type { Stage } from '../stage.ts';
import { median } from '../statistics.ts';

const least = 10_000;
const larger = [100_000, 1_000_000] as const;
const stores = ['SQLite', 'PostgreSQL'] as const;
type StoreName = (typeof stores)[number];

/** Of the smallest backlog nearly all is delivered, of the others as much. */
const notifications = 9_000;

export const growth: Measure = {
  name: 'growth',
  about: 'the rate of a drain with 100,000 and 1,000,000 lanes waiting / with 10,000',
  round(stage, round) {
    // What is quick leaves out a million, and PostgreSQL, which takes minutes to fill.
    const sizes = [least, ...larger].filter((lanes) => !stage.isQuick || lanes <= 100_000);
    const turns = stores
      .filter((store) => !stage.isQuick || store === 'SQLite')
      .flatMap((store) => sizes.map((lanes) => ({ store, lanes })));
    return inTurns(
      round,
      turns.map(({ store, lanes }) => ({
        contender: contenderOf(store, lanes),
        run: () => drainBacklog(stage, store, lanes),
      })),
    );
  },
  rows: (rounds) =>
    stores
      .flatMap((store) => larger.map((lanes) => ({ store, lanes })))
      .filter(({ store, lanes }) => rounds.every((round) => contenderOf(store, lanes) in round))
      .map(({ store, lanes }) => ({
        what: `growth, ${store}, ${formatCount(lanes)} lanes`,
        figure: ratiosOf(rounds, contenderOf(store, lanes), contenderOf(store, least), 'perSecond'),
        unit: 'ratio',
        goal: { atLeast: 0.9 },
        behind: behind(rounds, store, lanes),
      })),
};

function behind(rounds: readonly Round[], store: StoreName, lanes: number): string {
  const show = (size: number) =>
    formatCount(median(figuresOf(rounds, contenderOf(store, size), 'perSecond')));
  return `${show(lanes)} a second / ${show(least)} with ${formatCount(least)}`;
}

function contenderOf(store: StoreName, lanes: number): string {
  return `${store}, ${lanes} lanes`;
}

async function drainBacklog(stage: Stage, store: StoreName, lanes: number): Promise<Figures> {
  const { url: sinkUrl } = await stage.sink();
  const folder = await stage.newFolder();
  const drain = (place: StorePlace): Promise<Figures> => {
    const task: BacklogDrainTask = {
      place,
      sinkUrl,
      folder,
      warmUp: stage.size(5_000, 2_000),
      notifications,
    };
    return askOnce('doorbell/drain.ts', 'drainBacklog', task);
  };
  return await (store === 'SQLite'
    ? withSqliteBacklog(stage, lanes, drain)
    : withPostgresBacklog(stage, lanes, drain));
}
