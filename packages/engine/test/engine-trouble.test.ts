import { describe, expect, it } from 'vitest';
import type { Reply, Store } from '../src/index.ts';
import { answering } from '../src/testing/index.ts';
import { aWorld, bound } from './world.ts';

const secondMs = 1_000;

describe('while the store is slow or fails', () => {
  it.each([
    ['does not answer', () => new Promise<never>(() => {})],
    ['fails', () => Promise.reject(new Error('disk full'))],
  ])('what was answered is settled though the store, asked for more work, %s', async (_what, trouble) => {
    let isTrouble = false;
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    let release: (reply: Reply) => void = () => {};
    const around = (store: Store): Store => ({
      ...bound(store),
      upcoming: async () => {
        if (isTrouble) await Promise.race([trouble(), ended]);
        return store.upcoming();
      },
    });
    const world = await aWorld({ answer: () => new Promise((resolve) => (release = resolve)), around });
    await world.append('T', 9000, 10000);
    await world.busy();
    isTrouble = true;
    world.engine.hint();
    await world.busy();
    release(answering(200));
    await world.busy();
    world.clock.advance(100);
    await world.busy();
    expect(await world.results('T')).toEqual([1, 0]);
    isTrouble = false;
    end();
    world.clock.advance(secondMs);
    await world.busy();
    release(answering(200));
    await world.quiet();
    expect(await world.results('T')).toEqual([1, 1]);
    expect(world.requests).toHaveLength(2);
  });

  it('claims nothing more beside a claim that is still under way, though the round failed', async () => {
    let asked = 0;
    let claiming = 0;
    let claimingMax = 0;
    let end = () => {};
    const slow = new Promise<void>((resolve) => (end = resolve));
    const around = (store: Store): Store => ({
      ...bound(store),
      upcoming() {
        asked += 1;
        return claiming > 0 ? Promise.reject(new Error('disk full')) : store.upcoming();
      },
      async claim(request) {
        claiming += 1;
        claimingMax = Math.max(claimingMax, claiming);
        await slow;
        const claims = await store.claim(request);
        claiming -= 1;
        return claims;
      },
    });
    const world = await aWorld({ answer: () => answering(200), around });
    await world.append('T', 9000);
    await world.busy();
    for (let second = 0; second < 3; second += 1) {
      world.clock.advance(secondMs);
      await world.busy();
    }
    expect(claimingMax).toBe(1);
    end();
    await world.busy();
    world.clock.advance(secondMs);
    await world.quiet();
    expect(await world.results('T')).toEqual([1]);
    expect(asked).toBeGreaterThan(1);
  });

  it('says so when the lease ends before the store has taken what was answered', async () => {
    let isBusy = true;
    const around = (store: Store): Store => ({
      ...bound(store),
      settle: (settlements) =>
        isBusy ? Promise.resolve(settlements.map(() => 'busy' as const)) : store.settle(settlements),
    });
    const world = await aWorld({ answer: () => answering(200), around });
    await world.append('T', 9000);
    await world.busy();
    for (let second = 0; second < 46; second += 1) {
      world.clock.advance(secondMs);
      await world.busy();
    }
    expect(world.failures).toContainEqual(
      expect.stringMatching(
        /^settle: .*lease of lane \d+ ended before what came of change 1 could be recorded/,
      ),
    );
    isBusy = false;
    world.clock.advance(secondMs);
    await world.quiet();
    expect(await world.results('T')).toEqual([1]);
  });
});
