import { describe, expect, it } from 'vitest';
import type { Reply, Store } from '../src/index.ts';
import { answering } from '../src/testing/index.ts';
import { aNewChange, aWorld } from './world.ts';

describe('an engine that was told to stop', () => {
  it('waits for what is in flight while more is due, without asking the store again and again', async () => {
    let release: (reply: Reply) => void = () => {};
    let asked = 0;
    const around = (store: Store): Store => ({
      append: (changes) => store.append(changes),
      claim: (request) => store.claim(request),
      settle: (settlements) => store.settle(settlements),
      claimNotices: (limit, leaseMs) => store.claimNotices(limit, leaseMs),
      settleNotices: (settlements) => store.settleNotices(settlements),
      retire: (retentionMs) => store.retire(retentionMs),
      upcoming() {
        asked += 1;
        // Asked without end, no timer and no answer would ever get its turn, not even this test's.
        return asked > 1_000 ? Promise.reject(new Error('Asked too often.')) : store.upcoming();
      },
    });
    const world = await aWorld({
      around,
      answer: ({ houseTaskId }) =>
        houseTaskId === 'A' ? new Promise<Reply>((resolve) => (release = resolve)) : answering(200),
    });
    await world.append('A', 9000);
    while (world.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const stopped = world.stop();
    await world.store.append([aNewChange('B', 9000)]);
    world.engine.hint();
    await world.busy();
    release(answering(200));
    await stopped;
    expect(world.failures).toEqual([]);
    expect(world.requests).toHaveLength(1);
  });
});
