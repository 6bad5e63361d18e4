import type { Checker } from './checker.ts';

const leaseMs = 45_000;
/** Time to settle that must be left between the end of an attempt and the end of its lease. */
const leaseMarginMs = 5_000;

/**
 * No attempt before its time: not before the delay that was decided has passed, not while the endpoint is paused, one
 * probe every 30 s while its breaker is open; and no attempt that could outlast its lease.
 */
export const beforeItsTime: Checker = {
  observe(fact, book, report) {
    const now = book.timeline.at(fact.atMs);
    if (fact.kind === 'claimed') {
      const { claim } = fact;
      const lane = book.laneOf(claim.endpoint.id, claim.change.houseTaskId);
      const endpoint = book.endpoints.get(claim.endpoint.id);
      if (!lane || !endpoint) return;
      const name = `${lane.key}.${claim.sequence}`;
      if (lane.due === null) report(`${name} was claimed although nothing was due.`);
      else if (now.fastMs < lane.due.notBeforeFastMs) {
        report(`${name} was claimed ${lane.due.notBeforeFastMs - now.fastMs} ms before its time.`);
      }
      if (endpoint.paused) report(`${name} was claimed although ${claim.endpoint.id} was paused.`);
      if (endpoint.isOpen && now.fastMs < endpoint.probeAtFastMs) {
        report(
          `${name} was claimed although the breaker was open and its probe ${endpoint.probeAtFastMs - now.fastMs} ms ahead.`,
        );
      }
    }
    if (fact.kind === 'posted') {
      const { endpointId, headers, totalTimeoutMs } = fact.request;
      const lane = book.laneOf(endpointId, fact.houseTaskId);
      const claim = lane?.claims.findLast(
        (each) => each.worker === fact.worker && each.claim.attempt === Number(headers['doorbell-attempt']),
      );
      if (claim === undefined) return;
      const lateMs = fact.atMs + totalTimeoutMs + leaseMarginMs - (claim.calledAtMs + leaseMs);
      if (lateMs > 0) report(`${lane?.key}: sent ${lateMs} ms too late to end within its lease.`);
    }
  },
};
