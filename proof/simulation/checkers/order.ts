import type { Checker } from './checker.ts';
import { currentOf } from './lane-state.ts';

/**
 * Change n+1 of a task is never first sent to an endpoint before n was accepted, refused or given up; a reopened change
 * goes before all that are newer.
 */
export const order: Checker = {
  observe(fact, book, report) {
    if (fact.kind === 'claimed') {
      const { claim } = fact;
      const lane = book.laneOf(claim.endpoint.id, claim.change.houseTaskId);
      if (lane === undefined)
        return report(`A claim of ${claim.change.houseTaskId}, of which nothing was appended.`);
      const passesOver =
        book.endpoints.get(lane.endpointId)?.policy.coalesce === 'latest' && lane.reopened.length === 0;
      const expected = passesOver && !lane.parked ? lane.tail : currentOf(lane);
      if (claim.sequence !== expected)
        report(`${lane.key}: ${claim.sequence} was claimed when it was the turn of ${expected}.`);
      if (claim.change.sequence !== claim.sequence)
        report(`${lane.key}: ${claim.sequence} was claimed with another's contents.`);
    }
    if (fact.kind === 'arrived') {
      const post = book.posts.get(fact.post);
      if (post === undefined || post.arrived !== null) return;
      const { claim } = post.claim;
      const lane = book.laneOf(claim.endpoint.id, claim.change.houseTaskId);
      const isFirst = lane?.claims.every(
        (each) =>
          each.claim.sequence !== claim.sequence || each.posts.every(({ arrived }) => arrived === null),
      );
      if (!lane || !isFirst) return;
      for (let earlier = lane.first; earlier < claim.sequence; earlier += 1) {
        if (!lane.results.has(earlier) && !lane.reopenedAfter.has(earlier)) {
          return report(
            `${lane.key}: ${claim.sequence} arrived for the first time before ${earlier} was closed.`,
          );
        }
      }
    }
  },
};
