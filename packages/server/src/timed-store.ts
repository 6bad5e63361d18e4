import type { Clock, Store } from '@doorbell/engine';
import type { Metrics } from './metrics.ts';

/** What delivery and producers wait for. Each is one transaction. */
export type TimedVerb = 'append' | 'claim' | 'settle' | 'upcoming';

/** The same store, of which each transaction is timed and each failure counted. */
export function createTimedStore(
  store: Store,
  clock: Pick<Clock, 'monotonicMs'>,
  metrics: Pick<Metrics, 'storeAnswered'>,
): Store {
  const timed = async <T>(verb: TimedVerb, work: () => Promise<T>): Promise<T> => {
    const startedMs = clock.monotonicMs();
    let ok = false;
    try {
      const result = await work();
      ok = true;
      return result;
    } finally {
      metrics.storeAnswered(verb, clock.monotonicMs() - startedMs, ok);
    }
  };
  return {
    append: (changes) => timed('append', () => store.append(changes)),
    claim: (request) => timed('claim', () => store.claim(request)),
    settle: (settlements) => timed('settle', () => store.settle(settlements)),
    upcoming: () => timed('upcoming', () => store.upcoming()),
    claimNotices: (limit, leaseMs) => store.claimNotices(limit, leaseMs),
    settleNotices: (settlements) => store.settleNotices(settlements),
    retire: (retentionMs) => store.retire(retentionMs),
  };
}
