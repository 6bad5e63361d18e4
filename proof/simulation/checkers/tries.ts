import type { Checker } from './checker.ts';
import { currentOf } from './lane-state.ts';

/** Attempts are counted from 1 for each notification: retries and lost ones count, pauses and what was not sent do not. */
export const tries: Checker = {
  observe(fact, book, report) {
    if (fact.kind !== 'claimed') return;
    const { claim } = fact;
    const lane = book.laneOf(claim.endpoint.id, claim.change.houseTaskId);
    if (lane === undefined) return;
    const isPassedOver = lane.reopened.length === 0 && claim.sequence !== lane.head;
    const isOvertaken = lane.live !== null && lane.live.claim.sequence !== currentOf(lane);
    const expected = isPassedOver || isOvertaken ? 1 : lane.tries + 1;
    if (claim.attempt !== expected)
      report(`${lane.key}.${claim.sequence}: attempt ${claim.attempt} should be ${expected}.`);
  },
};
