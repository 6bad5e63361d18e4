import type { Arrival } from './oracle.ts';

/** One life of a process that delivers, from its start to its end. */
export interface Life {
  readonly name: string;
  /** When it was killed: from before the signal until it was seen to be gone. */
  readonly killed: Span | null;
  readonly stops: readonly Stop[];
}

/** Milliseconds of this machine's clock. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Between SIGSTOP and SIGCONT. */
export interface Stop extends Span {
  /** Its leases ended meanwhile, by themselves or by hand, or its requests timed out. */
  readonly isTooLong: boolean;
}

export interface DoubtSources {
  /** The life that sent it; undefined when nobody can tell. */
  readonly findSender: (arrival: Arrival) => Life | undefined;
  /** When the outcome of this very arrival was recorded in the database; null if it never was, or too late. */
  readonly findSettledAt: (arrival: Arrival) => number | null;
  /** When the database could not be reached. */
  readonly databaseAway: readonly Span[];
}

/** How long a worker that nothing keeps from it may take from an answer to the record of it. */
const settleMs = 2_000;
/** What was in a worker's hands when it was stopped leaves them at once when it goes on. */
const wakeMs = 2_000;

export interface Doubts {
  /** What came upon the sender between the arrival and the moment in which its outcome was visible in the database. */
  findHarm(arrival: Arrival): string | null;
  /**
   * Why the second of two arrivals may follow a certain answer to the first: harm to the first one's sender, or a second
   * sender that had been stopped until its lease was over and, going on, sends what it held. A terminated connection or
   * a restart of the database alone excuse nothing: a worker settles again.
   */
  findDoubt(first: Arrival, second: Arrival): string | null;
}

export function createDoubts(sources: DoubtSources): Doubts {
  const findHarm = (arrival: Arrival): string | null => {
    const sender = sources.findSender(arrival);
    const window = { from: arrival.at, to: sources.findSettledAt(arrival) ?? latestSettle(arrival, sources) };
    if (sender !== undefined && sender.killed !== null && overlap(sender.killed, window)) {
      return 'the sender was killed before the outcome was recorded';
    }
    return sender?.stops.some((stop) => stop.isTooLong && overlap(stop, window))
      ? 'the sender was stopped beyond the lease before the outcome was recorded'
      : null;
  };
  const isLate = (first: Arrival, second: Arrival): boolean =>
    sources.findSender(second)?.stops.some((stop) => {
      const sinceGoingOnMs = second.at - stop.to;
      return stop.isTooLong && stop.from < first.end.at && sinceGoingOnMs >= 0 && sinceGoingOnMs <= wakeMs;
    }) ?? false;
  return {
    findHarm,
    findDoubt: (first, second) =>
      findHarm(first) ??
      (isLate(first, second) ? 'sent by one that had been stopped beyond the lease' : null),
  };
}

/** Never recorded: as long as a worker that is well may take, not counting the time without a database. */
function latestSettle(arrival: Arrival, { databaseAway }: DoubtSources): number {
  let latest = arrival.end.at + settleMs;
  for (const away of databaseAway) {
    if (away.from <= latest && away.to >= arrival.at) latest = Math.max(latest, away.to + settleMs);
  }
  return latest;
}

function overlap(a: Span, b: Span): boolean {
  return a.from <= b.to && b.from <= a.to;
}
