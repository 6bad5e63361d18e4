import type { Checker } from './checker.ts';

const leaseMs = 45_000;
/** One poll and what a round takes: a hint may be lost, and then the next poll finds the work. */
const waitMaxMs = 1_250;

/**
 * What is due is claimed at once, or by the next poll when the hint was lost, while its endpoint has room: so neither a
 * dead endpoint nor a stuck task holds up anything else.
 */
export const waiting: Checker = {
  observe(fact, book, report) {
    if (fact.kind !== 'claimed') return;
    const { claim } = fact;
    const lane = book.laneOf(claim.endpoint.id, claim.change.houseTaskId);
    const freeSinceMs = book.endpoints.get(claim.endpoint.id)?.freeSinceMs;
    if (lane === undefined || lane.due === null || freeSinceMs === undefined) return;
    const leaseEndsMs = lane.live === null ? 0 : lane.live.at.trueMs + leaseMs;
    const sinceMs = Math.max(book.readyAtMs(lane), freeSinceMs, leaseEndsMs, book.disturbedUntilMs);
    const waitedMs = fact.atMs - sinceMs;
    if (waitedMs > waitMaxMs)
      report(`${lane.key}.${claim.sequence} waited ${waitedMs} ms with nothing in its way.`);
  },
};
