import type { Checker } from './checker.ts';
import { resultOf } from './lane-state.ts';

/** When everything is mended and at rest, every change is closed on every lane, as the book has it, and for a reason. */
export const noLoss: Checker = {
  observe(fact, book, report) {
    if (fact.kind !== 'acknowledged') return;
    for (const { customerId, houseTaskId, sequence } of fact.results) {
      const known = book.tasks.get(`${customerId}/${houseTaskId}`)?.changes.length ?? 0;
      if (sequence > known)
        report(`${customerId}/${houseTaskId}.${sequence} was acknowledged before it was committed.`);
    }
  },
  finish(book, final, report) {
    const found = new Map(final.notifications.map((each) => [each.key, each.notification]));
    for (const lane of book.lanes.values()) {
      const accepted = new Set<number>();
      for (const { claim, posts } of lane.claims) {
        if (posts.some(({ arrived }) => arrived === 'accepted')) accepted.add(claim.sequence);
      }
      for (let sequence = lane.first; sequence <= lane.tail; sequence += 1) {
        const name = `${lane.key}.${sequence}`;
        const expected = resultOf(lane, sequence);
        const stored = found.get(name)?.result;
        if (expected === 0) report(`${name} was never closed.`);
        if (stored !== expected)
          report(`${name} is stored with result ${stored}, and should have ${expected}.`);
        if (expected === 1 && !accepted.has(sequence))
          report(`${name} counts as delivered and never arrived.`);
      }
    }
  },
};
