import { askOnce, Contender } from '../contender.ts';
import type { ClaimTask, RateTask } from '../doorbell/isolated.ts';
import type { StorePlace } from '../doorbell/open-store.ts';
import { withPostgres, withSqlite } from '../drain.ts';
import { formatCount } from '../format.ts';
import {
  type Figures,
  figuresOf,
  inTurns,
  type Measure,
  type Round,
  type Row,
  ratiosOf,
} from '../measure.ts';
import { withPostgresBacklog, withSqliteBacklog } from '../prepared-backlog.ts';
import type { Stage } from '../stage.ts';
import { median, spreadOf } from '../statistics.ts';

const stores = ['PostgreSQL', 'SQLite'] as const;
type StoreName = (typeof stores)[number];

export const isolation: Measure = {
  name: 'isolation',
  about: 'four healthy endpoints beside a dead one with 1,000,000 due lanes / the same without it',
  round: (stage, round) =>
    inTurns(
      round,
      stores.flatMap((store) => [
        { contender: alone(store), run: () => runAlone(stage, store) },
        { contender: beside(store), run: () => runBesideDead(stage, store) },
      ]),
    ),
  rows: (rounds) => stores.flatMap((store) => rowsOf(store, rounds)),
};

const alone = (store: StoreName): string => `${store}, alone`;
const beside = (store: StoreName): string => `${store}, beside a dead endpoint`;

function rowsOf(store: StoreName, rounds: readonly Round[]): readonly Row[] {
  const of = beside(store);
  const show = (contender: string, name: string) => formatCount(median(figuresOf(rounds, contender, name)));
  const lanes = formatCount(figuresOf(rounds, of, 'lanes')[0] ?? 0);
  const both = (name: string) => `${show(of, name)} / ${show(alone(store), name)} without it`;
  return [
    {
      what: `isolation, ${store}, claim p99`,
      figure: spreadOf(figuresOf(rounds, of, 'p99Ms')),
      unit: 'ms',
      goal: { atMost: 10 },
      behind: `${lanes} due lanes of a dead endpoint; p99 ${both('p99Ms')}, p50 ${both('p50Ms')}`,
    },
    {
      what: `isolation, ${store}, healthy rate`,
      figure: ratiosOf(rounds, of, alone(store), 'perSecond'),
      unit: 'ratio',
      goal: { atLeast: 0.9 },
      behind: `${both('perSecond')} a second`,
    },
    {
      what: `isolation, ${store}, memory`,
      figure: ratiosOf(rounds, of, alone(store), 'residentMB'),
      unit: 'ratio',
      goal: { atMost: 1.1 },
      behind: `${both('residentMB')} MB resident`,
    },
  ];
}

async function runAlone(stage: Stage, store: StoreName): Promise<Figures> {
  const run = (ask: Ask) => (store === 'SQLite' ? withSqlite(stage, ask) : withPostgres(stage, ask));
  return await askBoth(stage, null, run);
}

async function runBesideDead(stage: Stage, store: StoreName): Promise<Figures> {
  // What is quick takes the backlog that another measure has filled, and half of it where filling takes long.
  const lanes = stage.size(1_000_000, store === 'SQLite' ? 100_000 : 50_000);
  const blackHole = new Contender('sink/black-hole.ts');
  try {
    const { url } = await blackHole.ask<{ url: string }>('start');
    const run = (ask: Ask) =>
      store === 'SQLite' ? withSqliteBacklog(stage, lanes, ask) : withPostgresBacklog(stage, lanes, ask);
    return { lanes, ...(await askBoth(stage, url, run)) };
  } finally {
    await blackHole.end();
  }
}

type Ask = (place: StorePlace) => Promise<Figures>;

/** Each question to a process, and on a database, of its own. */
async function askBoth(
  stage: Stage,
  deadUrl: string | null,
  run: (ask: Ask) => Promise<Figures>,
): Promise<Figures> {
  const { url: sinkUrl } = await stage.sink();
  const task = { sinkUrl, deadUrl, folder: await stage.newFolder(), warmUp: stage.size(5_000, 2_000) };
  const rate: Omit<RateTask, 'place'> = { ...task, notifications: stage.size(15_000, 5_000) };
  const claim: Omit<ClaimTask, 'place'> = { ...task, perSecond: 200, seconds: stage.size(5, 2) };
  return {
    ...(await run((place) => askOnce('doorbell/isolated.ts', 'timeClaims', { ...claim, place }))),
    ...(await run((place) => askOnce('doorbell/isolated.ts', 'drainHealthy', { ...rate, place }))),
  };
}
