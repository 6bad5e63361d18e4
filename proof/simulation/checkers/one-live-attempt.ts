import type { Checker } from './checker.ts';

const leaseMs = 45_000;

/** One attempt of a lane at a time: a claim ends when it is settled, when its process ends or when its lease runs out. */
export const oneLiveAttempt: Checker = {
  observe(fact, book, report) {
    if (fact.kind === 'claimed') {
      const { claim } = fact;
      const lane = book.laneOf(claim.endpoint.id, claim.change.houseTaskId);
      if (lane?.live) {
        const heldMs = fact.atMs - lane.live.at.trueMs;
        if (heldMs < leaseMs)
          report(`${lane.key}: claimed again ${heldMs} ms into the lease of epoch ${lane.live.claim.epoch}.`);
      }
      if (lane && claim.epoch <= (lane.claims.at(-1)?.claim.epoch ?? 0))
        report(`${lane.key}: epoch ${claim.epoch} is not new.`);
    }
    if (fact.kind === 'posted') {
      const { endpointId } = fact.request;
      const lane = book.laneOf(endpointId, fact.houseTaskId);
      for (const claim of lane?.claims.slice(-4) ?? []) {
        const isWithinLease = claim.end === 'live' && fact.atMs < claim.at.trueMs + leaseMs;
        const isOut = claim.posts.some(({ reply }) => reply === null);
        if (isWithinLease && isOut && book.liveWorkers.has(claim.worker)) {
          report(`${endpointId}/${fact.houseTaskId}: sent while another request of the lane was out.`);
        }
      }
    }
  },
};
