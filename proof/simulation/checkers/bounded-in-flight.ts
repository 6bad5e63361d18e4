import type { Checker } from './checker.ts';

/** No more requests out to an endpoint, of one worker, than were allowed since the worker last asked. */
export const boundedInFlight: Checker = {
  observe(fact, book, report) {
    if (fact.kind !== 'posted') return;
    const { endpointId, headers } = fact.request;
    const endpoint = book.endpoints.get(endpointId);
    const claim = book
      .laneOf(endpointId, fact.houseTaskId)
      ?.claims.findLast(
        (each) => each.worker === fact.worker && each.claim.attempt === Number(headers['doorbell-attempt']),
      );
    if (endpoint === undefined || claim === undefined) return;
    // The second key is tried in the place of the first.
    const out = (endpoint.out.get(fact.worker) ?? 0) + 1;
    const most = endpoint.mostInFlightSince(claim.askedAtMs);
    if (out > most) report(`${endpointId}: ${out} requests in flight where ${most} are allowed.`);
  },
};
