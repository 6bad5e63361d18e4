import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SharedVirtualClock, seededRandom } from '@doorbell/engine/testing';
import { openInThread } from './open-in-thread.ts';
import { Workload } from './play-round.ts';
import { databaseName, logName } from './round.ts';

// Runs under strace: appends, claims, settles and edits as a server does, and writes a line only after the store has
// answered. The order of that line and of the syncs before it, in the trace, is what the proof is about.
const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '.' },
    rounds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    synchronous: { type: 'string', default: 'FULL' },
  },
});
const path = join(values.folder, databaseName);
const log = openSync(join(values.folder, logName), 'a');
const rounds = Number(values.rounds);
// So that a seed makes the same run again; leases run out on it too.
const clock = new SharedVirtualClock();
const msPerRound = 1_000;
const workload = new Workload(seededRandom(Number(values.seed)));

// Closed and opened again on the way: the log of SQLite is emptied, removed and made anew.
for (const until of [Math.ceil(rounds / 2), rounds]) {
  const store = await openInThread(path, clock, values.synchronous as 'FULL' | 'NORMAL' | 'OFF');
  while (workload.played < until) {
    clock.advance(msPerRound);
    const round = await workload.play(store);
    writeSync(log, `${JSON.stringify(round)}\n`);
  }
  await store.close();
}
closeSync(log);
