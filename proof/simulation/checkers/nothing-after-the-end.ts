import type { Checker } from './checker.ts';

const words = { 1: 'delivered', 2: 'refused', 3: 'given up', 4: 'superseded' } as const;

/** What was delivered, refused, given up or superseded is not claimed any more, unless a person reopened it. */
export const nothingAfterTheEnd: Checker = {
  observe(fact, book, report) {
    if (fact.kind !== 'claimed') return;
    const { claim } = fact;
    const lane = book.laneOf(claim.endpoint.id, claim.change.houseTaskId);
    const result = lane?.results.get(claim.sequence);
    if (result !== undefined)
      report(`${lane?.key}.${claim.sequence} was claimed although it was ${words[result]}.`);
  },
};
