import { askOnce } from '../contender.ts';
import { type Amount, drainRaw, drainRow, raw, watchSink } from '../drain.ts';
import { type Figures, inTurns, type Measure } from '../measure.ts';
import type { PeerDrainTask } from '../peers/peer.ts';
import { type PeerEntry, peers, withServerOf } from '../peers/peers.ts';
import type { Stage } from '../stage.ts';
import { connectionsMax } from '../workload.ts';

/** The same notifications behind what people use today: without order, without attempt records. */
export const drainPeers: Measure = {
  name: 'drain-peers',
  about: 'the same backlog behind BullMQ, pg-boss and graphile-worker / raw dispatch',
  notes: [
    'BullMQ: one worker with concurrency 128, done jobs removed; Redis in memory only, nothing synced. No order, no record of attempts.',
    'pg-boss: fetch and complete in batches of 32, four loops without a pause. No order, no record of attempts.',
    'graphile-worker: 128 concurrent jobs; with its local queue (size 500) and batched completion as on its page about performance. ' +
      'No order, no record of attempts.',
    'All of them sign, post with undici.dispatch and read the envelope; time runs from the first request to the last completion.',
    'Postgres for all: version of the system, 1 GB of shared buffers, synchronous commit on.',
  ],
  round: (stage, round) => {
    const notifications = stage.size(12_000, 4_000);
    const amount = { warmUp: stage.size(3_000, 1_000), notifications, tasks: notifications };
    return inTurns(round, [
      { contender: raw, run: () => drainRaw(stage, amount, connectionsMax) },
      ...peers.map((peer) => ({ contender: peer.name, run: () => drainPeer(stage, amount, peer) })),
    ]);
  },
  rows: (rounds) => peers.map(({ name }) => drainRow(`drain, ${name}`, null, rounds, name)),
};

export async function drainPeer(stage: Stage, amount: Amount, peer: PeerEntry): Promise<Figures> {
  const { url: sinkUrl } = await stage.sink();
  return await withServerOf(stage, peer, (url) => {
    const task: PeerDrainTask = { ...amount, url, sinkUrl, connections: connectionsMax };
    return watchSink(stage, amount, () => askOnce(peer.script, 'drain', task));
  });
}
