import type { RecordedEndpoint, Round } from './round.ts';

/** What a database holds that has seen the first rounds and nothing else; each entry a text, so that sets compare. */
export interface Expected {
  readonly changes: ReadonlySet<string>;
  readonly attempts: ReadonlySet<string>;
  readonly apiKeyIds: ReadonlySet<string>;
  readonly customerIds: ReadonlySet<string>;
  readonly endpoints: readonly RecordedEndpoint[];
  /** Results of what was settled or sent again, by lane and sequence. */
  readonly results: ReadonlyMap<string, number>;
}

export function expectedAfter(rounds: readonly Round[]): Expected {
  const results = new Map<string, number>();
  for (const { laneId, sequence, result } of rounds.flatMap((round) => round.results)) {
    results.set(`${laneId}/${sequence}`, result);
  }
  return {
    changes: new Set(rounds.flatMap(({ appended }) => appended.map(changeText))),
    attempts: new Set(rounds.flatMap(({ attempts }) => attempts.map(attemptText))),
    apiKeyIds: new Set(rounds.flatMap(({ apiKeyIds }) => apiKeyIds)),
    customerIds: new Set(rounds.flatMap(({ customerIds }) => customerIds)),
    endpoints: rounds.at(-1)?.endpoints ?? [],
    results,
  };
}

/** Every field, in one order. */
export function changeText(change: Round['appended'][number]): string {
  const { customerId, houseTaskId, sequence, state, houseId, packageId, userId, userName } = change;
  return JSON.stringify([
    customerId,
    houseTaskId,
    sequence,
    state,
    houseId,
    packageId,
    userId,
    userName,
    change.extra,
    change.eventId,
    change.createdAt,
  ]);
}

export function attemptText({ laneId, sequence, epoch }: Round['attempts'][number]): string {
  return `${laneId}/${sequence}/${epoch}`;
}
