import { type ChaosRun, endpointsOf } from './chaos.ts';
import { findInDatabase } from './database-findings.ts';
import { createDoubts } from './doubt.ts';
import { type Arrival, type Judgement, judge } from './oracle.ts';
import { Records } from './records.ts';
import type { World } from './world.ts';

export interface Conclusion {
  readonly judgement: Judgement;
  readonly inDatabase: readonly string[];
  readonly arrivals: number;
  /** Settlements that came after somebody else had taken the lease. */
  readonly fenced: number;
  /** Leases that ran out before anybody could tell what had come of them. */
  readonly lostLeases: number;
}

/** To be called when every process has ended: what is not told or written by then never will be. */
export async function conclude(world: World, { books }: ChaosRun): Promise<Conclusion> {
  const { receiver } = world;
  await receiver.stop();
  const arrivals = receiver.arrivals();
  const records = await Records.read(world, arrivals);
  const doubts = createDoubts({
    findSender: (arrival) => records.findSender(arrival),
    findClaimedAt: (arrival) => records.findClaimedAt(arrival),
    findSettledAt: (arrival) => records.findSettledAt(arrival),
    findNextRecordAt: (life, from) => records.findNextRecordAt(life, from),
    lockHolders: [world.api, ...world.workers].flatMap(({ lives }) => lives.flatMap(({ stops }) => stops)),
  });
  const { acknowledged, rolledBack } = books;
  const { findDoubt, findHarm } = doubts;
  const isExcused = (arrival: (typeof arrivals)[number]) => findHarm(arrival) !== null;
  const describeSender = (arrival: (typeof arrivals)[number]) => describe(arrival, records);
  return {
    judgement: judge({ arrivals, acknowledged, rolledBack, endpointsOf, findDoubt }),
    inDatabase: await findInDatabase(world, books, arrivals, records, isExcused, describeSender),
    arrivals: arrivals.length,
    fenced: records.attempts.filter(({ fenced }) => fenced).length,
    lostLeases: records.attempts.filter(({ reason }) => reason === 'lost').length,
  };
}

/** What became of the sender, for whoever has to find out why. */
function describe(arrival: Arrival, records: Records): string {
  const sender = records.findSender(arrival);
  if (sender === undefined) return 'nobody knows who sent it';
  const after = (at: number): string => `${at - arrival.end.at} ms`;
  const next = records.findNextRecordAt(sender, arrival.end.at);
  const killed = sender.killed === null ? 'was not killed' : `was killed after ${after(sender.killed.from)}`;
  const recorded = next === undefined ? 'recorded nothing more' : `recorded something after ${after(next)}`;
  const stops = sender.stops
    .filter(({ to }) => to >= arrival.at)
    .map(({ from, to, isTooLong }) => `${after(from)} to ${after(to)}${isTooLong ? ', too long' : ''}`);
  return `${sender.name} ${recorded} and ${killed}; stops: ${stops.join(', ') || 'none'}`;
}
