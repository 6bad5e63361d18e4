import type { Checker } from './checker.ts';

/** Nothing fails but what was made to fail, and no change is refused without a reason. */
export const noSurprise: Checker = {
  observe(fact, book, report) {
    if (fact.kind === 'engine-failed' && !fact.injected)
      report(`The engine failed to ${fact.doing}: ${fact.error}`);
    if (fact.kind !== 'append-refused') return;
    const mayRefuse = fact.changes.some(({ customerId }) => book.customers.get(customerId) === 'refuse');
    if (fact.reason !== 'illegal-transition' || !mayRefuse)
      report(`Batch ${fact.batch} was refused: ${fact.reason}`);
  },
};
