import { askOnce } from '../contender.ts';
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
import { type PeerEntry, peers, withServerOf } from '../peers/peers.ts';
import type { PutInTask } from '../put-in.ts';
import type { Stage } from '../stage.ts';
import { median } from '../statistics.ts';

const doorbell = 'Doorbell';
const doorbellPostgres = 'Doorbell, PostgreSQL';
const bullmq = 'BullMQ';

export const putInLibrary: Measure = {
  name: 'put-in-library',
  about:
    'durable appends a second, 64 callers, SQLite with FULL sync / BullMQ add; PostgreSQL and the other peers beside it',
  round: (stage, round) =>
    inTurns(round, [
      {
        contender: doorbell,
        run: () =>
          withSqlite(stage, (place) => askOnce('doorbell/put-in.ts', 'putIn', { ...taskOf(stage), place })),
      },
      {
        contender: doorbellPostgres,
        run: () =>
          withPostgres(stage, (place) => askOnce('doorbell/put-in.ts', 'putIn', { ...taskOf(stage), place })),
      },
      ...putInPeers.map((peer) => ({ contender: peer.name, run: () => putInPeer(stage, peer) })),
    ]),
  notes: [
    'put in: 64 callers, each waits for its answer. Doorbell, pg-boss (send) and graphile-worker (addJob) answer after ' +
      'the commit is synced; BullMQ (add) when Redis has it in memory.',
  ],
  rows: (rounds) => [
    row('put in, library', doorbell, { atLeast: 1.2 }, rounds),
    row('put in, library, on PostgreSQL', doorbellPostgres, null, rounds),
    row('put in, library, pg-boss', 'pg-boss', null, rounds),
    row('put in, library, graphile-worker', 'graphile-worker', null, rounds),
  ],
};

/** A local queue changes nothing for those who add. */
const putInPeers: readonly PeerEntry[] = peers.filter(({ name }) => !name.includes('local queue'));

function taskOf(stage: Stage): PutInTask {
  return { callers: 64, warmUp: stage.size(1_000, 500), count: stage.size(10_000, 2_000) };
}

function putInPeer(stage: Stage, peer: PeerEntry): Promise<Figures> {
  return withServerOf(stage, peer, (url) => askOnce(peer.script, 'putIn', { ...taskOf(stage), url }));
}

/** All against BullMQ, so that they stand side by side. */
function row(what: string, of: string, goal: Row['goal'], rounds: readonly Round[]): Row {
  const show = (contender: string) => formatCount(median(figuresOf(rounds, contender, 'perSecond')));
  return {
    what,
    figure: ratiosOf(rounds, of, bullmq, 'perSecond'),
    unit: 'ratio',
    goal,
    behind: `${show(of)} a second / ${show(bullmq)} (${bullmq} add)`,
  };
}
