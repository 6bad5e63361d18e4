import type { Checker } from './checker.ts';
import { claimOf } from './lane-state.ts';

/**
 * A change is sent again only when the outcome before was unknown, when the endpoint asked for another try, or when a
 * person resends it: so never after an answer that ended it, unless it was reopened since.
 */
export const duplicates: Checker = {
  observe(fact, book, report) {
    if (fact.kind !== 'posted') return;
    const { endpointId, headers } = fact.request;
    const sequence = Number(headers['doorbell-sequence']);
    const lane = book.laneOf(endpointId, fact.houseTaskId);
    const claim = lane && claimOf(lane, fact.worker, sequence, Number(headers['doorbell-attempt']));
    if (!lane || !claim)
      return report(`${endpointId}/${fact.houseTaskId}.${sequence} was sent without a claim.`);

    const since = lane.claims.slice(lane.reopenedAfter.get(sequence) ?? 0);
    for (const earlier of since) {
      if (earlier === claim || earlier.claim.sequence !== sequence) continue;
      if (earlier.end === 'advanced' || earlier.end === 'parked') {
        report(`${lane.key}.${sequence} was sent again after epoch ${earlier.claim.epoch} had ended it.`);
      } else if (earlier.end === 'live' && earlier.claim.epoch < claim.claim.epoch) {
        report(
          `${lane.key}.${sequence} was sent again while epoch ${earlier.claim.epoch} had neither end nor doubt.`,
        );
      }
    }
    const before = claim.posts.at(-1);
    if (before !== undefined && before.reply?.means !== 'unauthorized') {
      report(`${lane.key}.${sequence} was sent twice by one claim without a 401 in between.`);
    }
    if (claim.posts.length >= 2)
      report(`${lane.key}.${sequence} was sent ${claim.posts.length + 1} times by one claim.`);
  },
};
