import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { allMeasures } from '../all-measures.ts';
import { parseCommandLine } from '../command-line.ts';
import { askOnce, Contender } from '../contender.ts';
import { type Amount, drainDoorbell, drainRaw, withPostgres, withSqlite } from '../drain.ts';
import { putInOverHttp } from '../http/put-in.ts';
import { putUnderLoad } from '../http/put-under-load.ts';
import { measureLatency } from '../latency.ts';
import { drainPeer } from '../measures/drain-peers.ts';
import { listOnPostgres } from '../measures/list-postgres.ts';
import { listOnSqlite } from '../measures/list-sqlite.ts';
import { peers, withServerOf } from '../peers/peers.ts';
import { withPostgresBacklog, withSqliteBacklog } from '../prepared-backlog.ts';
import type { PutInTask } from '../put-in.ts';
import { Stage } from '../stage.ts';

// That each contender starts, and does a handful of what it is to be measured with. The functions that run them
// count at the other end and throw when a count is wrong; what anything takes is nobody's business here.
const amount: Amount = { warmUp: 6, notifications: 12, tasks: 12 };
const putIn: PutInTask = { callers: 2, warmUp: 4, count: 8 };

// Servers start and databases are made in here.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set({ isQuick: true });
});
afterAll(() => stage.strike());

it('raw dispatch posts what it says it does', async () => {
  expect(await drainRaw(stage, amount, 4)).toHaveProperty('perSecond');
});

it('Doorbell drains SQLite to the last notification', async () => {
  expect(await withSqlite(stage, (place) => drainDoorbell(stage, amount, place))).toHaveProperty('perSecond');
});

it('Doorbell drains PostgreSQL to the last notification', async () => {
  const drain = withPostgres(stage, (place) => drainDoorbell(stage, amount, place));
  expect(await drain).toHaveProperty('perSecond');
});

it.each(peers)('$name drains its queue to the last job', async (peer) => {
  expect(await drainPeer(stage, amount, peer)).toHaveProperty('perSecond');
});

it.each(peers)('$name takes what is put in', async (peer) => {
  const figures = await withServerOf(stage, peer, (url) => askOnce(peer.script, 'putIn', { ...putIn, url }));
  expect(figures).toHaveProperty('perSecond');
});

it.each(['SQLite', 'PostgreSQL'])('Doorbell records on %s what is put in', async (store) => {
  const put = (place: unknown) => askOnce('doorbell/put-in.ts', 'putIn', { ...putIn, place });
  expect(await (store === 'SQLite' ? withSqlite(stage, put) : withPostgres(stage, put))).toHaveProperty(
    'perSecond',
  );
});

it('the server takes changes over HTTP', async () => {
  const figures = await putInOverHttp(stage, { callers: 2, perRequest: 3, count: 4 });
  expect(figures).toHaveProperty('perSecond');
});

it.each(['http/receiver.ts', 'http/bare-node.ts'])(
  '%s answers notifications with success',
  async (script) => {
    const server = new Contender(script);
    try {
      const { url } = await server.ask<{ url: string }>('start');
      const load = {
        requests: { kind: 'notifications' },
        callers: 2,
        count: 6,
        expect: '"state":200',
      } as const;
      expect(await putUnderLoad({ url, pid: server.pid }, load)).toHaveProperty('perSecond');
    } finally {
      await server.end();
    }
  },
);

it('every commit of the latency measure arrives at its sink', async () => {
  const task = { perSecond: 50, seconds: 1, series: 'task' };
  const figures = await withSqlite(stage, (place) =>
    measureLatency((sinkUrl) =>
      askOnce('doorbell/produce-and-deliver.ts', 'run', { ...task, place, sinkUrl }),
    ),
  );
  expect(Object.keys(figures)).toEqual(['p50', 'p95', 'p99']);
});

it.each(['SQLite', 'PostgreSQL'])('a prepared backlog on %s delivers a part of itself', async (store) => {
  const { url: sinkUrl } = await stage.sink();
  const task = { sinkUrl, folder: await stage.newFolder(), warmUp: 4, notifications: 10 };
  const drain = (place: unknown) => askOnce('doorbell/drain.ts', 'drainBacklog', { ...task, place });
  const figures =
    store === 'SQLite' ? withSqliteBacklog(stage, 40, drain) : withPostgresBacklog(stage, 40, drain);
  expect(await figures).toHaveProperty('perSecond');
});

it.each([
  ['SQLite', listOnSqlite],
  ['PostgreSQL', listOnPostgres],
])('%s holds a small history that is listed and painted', async (_store, list) => {
  const figures = await list(stage, 20_000);
  expect(Object.values(figures).filter((figure) => !(figure > 0))).toEqual([]);
  expect(figures).toMatchObject({ questions: expect.any(Number), followedMs: expect.any(Number) });
});

it('a run of no named measure leaves out those of the console', () => {
  const line = parseCommandLine([], allMeasures);
  const chosen = line === 'help' ? [] : line.chosen.map(({ name }) => name);
  expect(allMeasures.map(({ name }) => name).filter((name) => !chosen.includes(name))).toEqual([
    'list-sqlite',
    'list-postgres',
    'tail',
    'first-load',
  ]);
  expect(parseCommandLine(['tail', '--quick'], allMeasures)).toMatchObject({ chosen: [{ name: 'tail' }] });
});

it('--help names every measure, and an unknown one is refused in a sentence', () => {
  const bench = (...args: string[]) =>
    execFileSync(process.execPath, ['bench/run.ts', ...args], { encoding: 'utf8', stdio: 'pipe' });
  const help = bench('--help');
  for (const { name } of allMeasures) expect(help).toContain(name);
  expect(() => bench('speed')).toThrow(/There is no measure speed/);
});
