/** One POST as the receiver saw it. It and its end carry a place in the order of all that the receiver saw. */
export interface Arrival {
  readonly order: number;
  readonly at: number;
  readonly endpointId: string;
  readonly houseTaskId: string;
  readonly sequence: number;
  /** As its header says: 1 for the first try. */
  readonly attempt: number;
  /** Milliseconds, as its header says; null when unsigned. */
  readonly timestamp: number | null;
  /** null when the receiver cut the connection without reading the body. */
  readonly contents: Contents | null;
  readonly end: End;
}

/** What the receiver read and verified by itself. */
export interface Contents {
  /** The id of the producer's event, which travels as the user's name. */
  readonly event: string;
  readonly state: number;
  /** `verified`, or what is wrong with the request. */
  readonly verdict: string;
}

export interface End {
  readonly order: number;
  readonly at: number;
  /** What the receiver answered, or meant to. */
  readonly answer: 'accepted' | 'refused' | 'retry';
  /** The whole answer was handed to the connection before anything broke. */
  readonly isComplete: boolean;
}

/** A change whose append was acknowledged to the producer. */
export interface Acknowledged {
  readonly customerId: string;
  readonly houseTaskId: string;
  readonly sequence: number;
  readonly state: number;
  readonly event: string;
}

export interface Evidence {
  readonly arrivals: readonly Arrival[];
  readonly acknowledged: readonly Acknowledged[];
  /** The events of appends that were undone. */
  readonly rolledBack: ReadonlySet<string>;
  readonly endpointsOf: ReadonlyMap<string, readonly string[]>;
  /** Why the outcome of the first was not known when the second was sent; null when nothing excuses the second. */
  readonly findDoubt: (first: Arrival, second: Arrival) => string | null;
}

/** Each finding is a sentence; all but `repeats` must be empty. */
export interface Judgement {
  readonly lost: readonly string[];
  readonly misordered: readonly string[];
  /** Sent again although the first outcome was certain. */
  readonly duplicates: readonly string[];
  /** Arrived although no append of it was ever acknowledged. */
  readonly neverCommitted: readonly string[];
  /** Arrived with a wrong signature or with other contents than were appended. */
  readonly untrue: readonly string[];
  readonly notifications: number;
  /** How many arrivals were repeats with a reason, by reason. */
  readonly repeats: ReadonlyMap<string, number>;
}

/** Judges a run by what the receiver saw and the producer knows, and by nothing that Doorbell says. */
export function judge(evidence: Evidence): Judgement {
  const expected = expectNotifications(evidence);
  const lanes = groupByLane(evidence.arrivals);
  const repeats = new Map<string, number>();
  const duplicates: string[] = [];
  const misordered: string[] = [];
  for (const lane of lanes.values()) {
    for (const arrivals of lane.values()) {
      duplicates.push(...findDuplicates(arrivals, evidence, repeats));
      misordered.push(...findMisordered(arrivals, lane));
    }
  }
  return {
    lost: findLost(expected, lanes),
    misordered,
    duplicates,
    neverCommitted: findNeverCommitted(evidence, expected),
    untrue: findUntrue(evidence, expected),
    notifications: expected.size,
    repeats,
  };
}

/** An arrival with an answer after which Doorbell must never send this notification again. */
export function isCertain({ end }: Arrival): boolean {
  return end.isComplete && end.answer !== 'retry';
}

/** endpoint/task -> sequence -> arrivals in order. */
type Lane = Map<number, Arrival[]>;

function groupByLane(arrivals: readonly Arrival[]): Map<string, Lane> {
  const lanes = new Map<string, Lane>();
  for (const arrival of [...arrivals].sort((a, b) => a.order - b.order)) {
    const key = `${arrival.endpointId}/${arrival.houseTaskId}`;
    const lane = lanes.get(key) ?? new Map<number, Arrival[]>();
    lanes.set(key, lane);
    lane.set(arrival.sequence, [...(lane.get(arrival.sequence) ?? []), arrival]);
  }
  return lanes;
}

/** endpoint/task/sequence -> the change. */
function expectNotifications({ acknowledged, endpointsOf }: Evidence): Map<string, Acknowledged> {
  const expected = new Map<string, Acknowledged>();
  for (const change of acknowledged) {
    for (const endpointId of endpointsOf.get(change.customerId) ?? []) {
      expected.set(`${endpointId}/${change.houseTaskId}/${change.sequence}`, change);
    }
  }
  return expected;
}

function findLost(
  expected: ReadonlyMap<string, Acknowledged>,
  lanes: ReadonlyMap<string, Lane>,
): readonly string[] {
  const lost: string[] = [];
  for (const [key, { sequence, event }] of expected) {
    const arrivals = lanes.get(key.slice(0, key.lastIndexOf('/')))?.get(sequence) ?? [];
    if (!arrivals.some(isCertain)) {
      lost.push(`${key} (event ${event}) arrived ${arrivals.length} times and was never accepted or refused`);
    }
  }
  return lost;
}

function findMisordered(arrivals: readonly Arrival[], lane: Lane): readonly string[] {
  const [first] = arrivals;
  if (first === undefined || first.sequence === 1) return [];
  const before = lane.get(first.sequence - 1) ?? [];
  if (before.some((earlier) => isCertain(earlier) && earlier.end.order < first.order)) return [];
  const why = before.length === 0 ? 'never arrived' : 'had no final answer yet';
  return [`${name(first)} arrived when ${first.sequence - 1} ${why}`];
}

/** Also counts the repeats that have a reason. */
function findDuplicates(
  arrivals: readonly Arrival[],
  { findDoubt }: Evidence,
  repeats: Map<string, number>,
): readonly string[] {
  const duplicates: string[] = [];
  for (const [index, arrival] of arrivals.entries()) {
    if (index === 0) continue;
    let reason = 'an earlier try was asked again for, or its answer did not arrive whole';
    for (const first of arrivals.slice(0, index)) {
      const isOpen = first.end.order > arrival.order;
      if (!isCertain(first) && !isOpen) continue;
      const doubt = findDoubt(first, arrival);
      if (doubt === null) {
        const what = isOpen ? 'was still being answered' : `had been ${first.end.answer}`;
        duplicates.push(
          `${name(arrival)}, try ${arrival.attempt}, arrived although try ${first.attempt} ${what}`,
        );
        reason = '';
        break;
      }
      reason = doubt;
    }
    if (reason !== '') repeats.set(reason, (repeats.get(reason) ?? 0) + 1);
  }
  return duplicates;
}

function findNeverCommitted(
  { arrivals, rolledBack }: Evidence,
  expected: ReadonlyMap<string, Acknowledged>,
): readonly string[] {
  return arrivals.flatMap((arrival) => {
    if (arrival.contents !== null && rolledBack.has(arrival.contents.event)) {
      return [`${name(arrival)} carries event ${arrival.contents.event}, which was rolled back`];
    }
    return expected.has(name(arrival))
      ? []
      : [`${name(arrival)} arrived, but no such append was acknowledged`];
  });
}

function findUntrue({ arrivals }: Evidence, expected: ReadonlyMap<string, Acknowledged>): readonly string[] {
  return arrivals.flatMap((arrival) => {
    const { contents } = arrival;
    const change = expected.get(name(arrival));
    if (contents === null || change === undefined) return [];
    if (contents.verdict !== 'verified') return [`${name(arrival)}: ${contents.verdict}`];
    if (contents.event === change.event && contents.state === change.state) return [];
    const carries = `event ${contents.event} with state ${contents.state}`;
    return [`${name(arrival)} carries ${carries} instead of ${change.event} with ${change.state}`];
  });
}

function name({ endpointId, houseTaskId, sequence }: Arrival): string {
  return `${endpointId}/${houseTaskId}/${sequence}`;
}
