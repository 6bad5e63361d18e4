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
  /** When its lease was taken; undefined where nobody notes that. */
  readonly findClaimedAt: (arrival: Arrival) => number | undefined;
  /** When the outcome of this very arrival was recorded in the database; null if it never was, or too late. */
  readonly findSettledAt: (arrival: Arrival) => number | null;
  /** When a life first recorded any outcome at or after that time; undefined if it never did. */
  readonly findNextRecordAt: (life: Life, from: number) => number | undefined;
  /** When a process stood still that may have held locks: what is locked is settled later than other things. */
  readonly lockHolders: readonly Span[];
}

/** Between a request and the note of its arrival, where the receiver waits for a processor. */
const readLateMsMax = 2_000;
/** Between an answer and the record of it, for a worker that does record what was answered later. */
const settleMs = 2_000;
/** What is not recorded by the end of the lease is not recorded at all. */
const leaseMs = 45_000;
/** PostgreSQL ends the transaction of a process that stands still for longer, and its locks with it. */
const locksHeldMsMax = 15_000;

export interface Doubts {
  /** What came upon the sender between its claim and the moment in which its outcome was visible in the database. */
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
    if (sender === undefined) return null;
    const settledAt = sources.findSettledAt(arrival);
    const to = settledAt ?? passedOverAt(arrival, sender, sources);
    // The dead send nothing: what was noted after the kill, and never recorded, had been sent before.
    const sentFrom = settledAt === null ? arrival.at - readLateMsMax : arrival.at;
    if (sender.killed !== null && overlap(sender.killed, { from: sentFrom, to })) {
      return 'the sender was killed before the outcome was recorded';
    }
    // Stopped between claim and request, it sends what is no longer its own, or what has no time left to be answered.
    // Where nobody notes claims, the request itself says when it was signed.
    const from = sources.findClaimedAt(arrival) ?? Math.min(arrival.timestamp ?? arrival.at, arrival.at);
    return sender.stops.some((stop) => stop.isTooLong && overlap(stop, { from, to }))
      ? 'the sender was stopped beyond the lease before the outcome was recorded'
      : null;
  };
  const isLate = (second: Arrival): boolean => {
    const claimedAt = sources.findClaimedAt(second);
    if (claimedAt === undefined) return false;
    const stops = sources.findSender(second)?.stops ?? [];
    return stops.some((stop) => stop.isTooLong && claimedAt <= stop.to && stop.to <= second.at);
  };
  return {
    findHarm,
    findDoubt: (first, second) =>
      findHarm(first) ?? (isLate(second) ? 'sent by one that had been stopped beyond the lease' : null),
  };
}

/**
 * Never recorded: until when that says nothing against the sender. It ends when the sender records what was answered
 * later, for all that waits is settled together, and with the lease at the latest. So nobody has to guess how long a
 * database that is away, a stop or a busy machine may hold up a worker: its own records tell that it went on.
 */
function passedOverAt(
  arrival: Arrival,
  sender: Life,
  { findNextRecordAt, lockHolders }: DoubtSources,
): number {
  const leaseEnd = arrival.at + leaseMs;
  let from = arrival.end.at + settleMs;
  for (;;) {
    const recordAt = findNextRecordAt(sender, from);
    if (recordAt === undefined || recordAt >= leaseEnd) return leaseEnd;
    const held = lockHolders.find(
      (span) =>
        span.from <= recordAt &&
        Math.min(span.to, span.from + locksHeldMsMax) + settleMs > recordAt &&
        span.to >= arrival.at,
    );
    if (held === undefined) return recordAt;
    from = Math.min(held.to, held.from + locksHeldMsMax) + settleMs;
  }
}

function overlap(a: Span, b: Span): boolean {
  return a.from <= b.to && b.from <= a.to;
}
