import type { Checker } from './checker.ts';

/** A settlement counts once, and only while its claim is the newest of its lane. */
export const fence: Checker = {
  observe(fact, book, report) {
    if (fact.kind !== 'settled') return;
    const { laneId, epoch } = fact.settlement;
    const isLive = book.lanesById.get(laneId)?.live?.claim.epoch === epoch;
    if (isLive === (fact.verdict === 'applied')) return;
    report(
      `Lane ${laneId}: the settlement of epoch ${epoch} was ${fact.verdict}, and its claim was ${isLive ? 'live' : 'over'}.`,
    );
  },
};
