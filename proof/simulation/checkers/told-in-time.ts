import type { Checker } from './checker.ts';

const leaseMs = 45_000;
/** To write an outcome down: many tries, while the store fails one in twenty. */
const tellMaxMs = 10_000;

/** What was answered is settled while its lease lasts, however often the store fails, unless its worker is gone or stalls. */
export const toldInTime: Checker = {
  observe(fact, book, report) {
    if (fact.kind !== 'claimed') return;
    const { claim } = fact;
    const lane = book.laneOf(claim.endpoint.id, claim.change.houseTaskId);
    const reply = lane?.live?.posts.at(-1)?.reply;
    if (!lane?.live || !reply || !book.liveWorkers.has(lane.live.worker)) return;
    const knownMs = Math.max(reply.at.trueMs, book.stalledUntilMs);
    const leaseEndsMs = lane.live.at.trueMs + leaseMs;
    if (knownMs + tellMaxMs < leaseEndsMs)
      report(
        `${lane.key}.${lane.live.claim.sequence} was answered ${leaseEndsMs - knownMs} ms before its lease ran out, and never settled.`,
      );
  },
};
