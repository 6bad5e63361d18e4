import { describe, expect, it } from 'vitest';
import type { Reply } from '../src/index.ts';
import { answering } from '../src/testing/index.ts';
import { type Arrival, aWorld } from './world.ts';

const secondMs = 1_000;

describe('slots', () => {
  it.each([
    [16, 32],
    [2, 256],
    [8, 32],
  ])(
    'of %i slow endpoints, %i at a time each, leave room for the next endpoint',
    async (slow, inFlightMax) => {
      const world = await aWorld({
        endpoints: Array.from({ length: slow + 1 }, (_, index) => ({
          customerId: `c${index + 1}`,
          inFlightMax: index === slow ? 32 : inFlightMax,
          totalTimeoutMs: 15_000,
        })),
        async answer({ endpointId }: Arrival): Promise<Reply> {
          if (endpointId !== `e${slow + 1}`)
            await world.clock.sleep(14 * secondMs, new AbortController().signal);
          return answering(200);
        },
      });
      for (let endpoint = 1; endpoint <= slow; endpoint += 1) {
        await world.appendTo(
          `c${endpoint}`,
          Array.from({ length: inFlightMax * 2 }, (_, task) => `s${endpoint}-${task}`),
        );
      }
      await world.busy();
      await world.appendTo(
        `c${slow + 1}`,
        Array.from({ length: 100 }, (_, task) => `fast-${task}`),
      );
      await world.busy();
      // Not one of the slow ones has been answered yet: the clock has not moved.
      const fast = world.requests.filter(({ endpointId }) => endpointId === `e${slow + 1}`);
      expect(fast).toHaveLength(100);
    },
  );
});

describe('the clock of the machine', () => {
  it('may be set back without delaying a retry', async () => {
    const world = await aWorld({ answer: ({ attempt }) => answering(attempt === 1 ? 500 : 200) });
    await world.append('T', 9000);
    await world.quiet();
    world.clock.jump(-3_600 * secondMs);
    await world.pass(10 * secondMs, secondMs);
    expect(await world.results('T')).toEqual([1]);
  });

  it('may be set forward without ending the lease of a request that is still out', async () => {
    let release: (reply: Reply) => void = () => {};
    const world = await aWorld({ answer: () => new Promise<Reply>((resolve) => (release = resolve)) });
    await world.append('T', 9000);
    while (world.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    world.clock.jump(3_600 * secondMs);
    world.clock.advance(2 * secondMs);
    await world.busy();
    release(answering(200));
    await world.quiet();
    expect(world.requests).toHaveLength(1);
    expect(await world.results('T')).toEqual([1]);
    expect(await world.store.listAttempts(await world.notification('T', 1))).toMatchObject([
      { fenced: false },
    ]);
  });
});

describe('an endpoint that an operator has put right', () => {
  it('is not paused again by answers to requests that were sent before', async () => {
    const replies: ((reply: Reply) => void)[] = [];
    let mended = false;
    const world = await aWorld({
      answer: () => (mended ? answering(200) : new Promise<Reply>((resolve) => replies.push(resolve))),
    });
    for (const task of ['A', 'B', 'C']) await world.append(task, 9000);
    while (replies.length < 3) await new Promise((resolve) => setImmediate(resolve));
    replies[0]?.(answering(401));
    await world.busy();
    expect((await world.store.findEndpoint('e1'))?.pause?.reason).toBe('unauthorized');

    mended = true;
    world.clock.advance(secondMs);
    const draft = await world.draftOf('e1');
    await world.store.putEndpoint({ ...draft, signKey: 'the-right-key-987654' });
    await world.store.resumeEndpoint('e1');
    world.engine.hint();
    replies[1]?.(answering(401));
    replies[2]?.(answering(401));
    await world.quiet();
    expect((await world.store.findEndpoint('e1'))?.pause).toBeNull();
    for (const task of ['A', 'B', 'C']) expect(await world.results(task)).toEqual([1]);
  });

  it('is tried at once, whatever the retries were waiting for', async () => {
    let up = false;
    const world = await aWorld({ answer: () => answering(up ? 200 : 500) });
    for (const task of ['A', 'B', 'C']) await world.append(task, 9000);
    await world.pass(900 * secondMs, 10 * secondMs);
    up = true;
    await world.store.resumeEndpoint('e1');
    world.engine.hint();
    await world.quiet();
    for (const task of ['A', 'B', 'C']) expect(await world.results(task)).toEqual([1]);
  });

  it('drains as soon as a probe gets through, not when each retry comes due', async () => {
    let up = false;
    const world = await aWorld({ answer: () => answering(up ? 200 : 500) });
    for (let task = 0; task < 20; task += 1) await world.append(`T${task}`, 9000);
    await world.quiet();
    await world.pass(5 * 3_600 * secondMs, 300 * secondMs);
    up = true;
    await world.append('new', 9000);
    await world.pass(60 * secondMs, 10 * secondMs);
    for (let task = 0; task < 20; task += 1) expect(await world.results(`T${task}`)).toEqual([1]);
  });
});

describe('delivery-failed notices', () => {
  it('of one customer whose URL hangs delay nobody else', async () => {
    const wanting = { deliveryFailedUrl: 'http://127.0.0.1:9/failed', retryHorizonMs: secondMs };
    const world = await aWorld({
      endpoints: [
        { ...wanting, customerId: 'c1' },
        { ...wanting, customerId: 'c2' },
      ],
      answer({ endpointId }): Reply | Promise<Reply> {
        return endpointId === 'e1/delivery-failed' ? new Promise<Reply>(() => {}) : answering(500);
      },
    });
    await world.appendTo('c1', ['a', 'b', 'c', 'd']);
    await world.appendTo('c2', ['x', 'y', 'z']);
    for (let second = 0; second < 40; second += 1) {
      world.clock.advance(secondMs);
      await world.busy();
    }
    const sent = (id: string) =>
      world.requests.filter(({ endpointId }) => endpointId === `${id}/delivery-failed`);
    expect(sent('e1')).toHaveLength(1);
    expect(sent('e2')).toHaveLength(3);
  });
});
