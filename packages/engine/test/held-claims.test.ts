import { describe, expect, it } from 'vitest';
import { HeldClaims } from '../src/held-claims.ts';
import type { Reply, Store } from '../src/index.ts';
import type { Step } from '../src/lane.ts';
import { answering, VirtualClock } from '../src/testing/index.ts';
import { aClaim } from './a-claim.ts';
import { aWorld } from './world.ts';

const accepted: Step = { kind: 'advance', result: 1 };
const failed: Step = { kind: 'retry', delayMs: 5_000 };
const paused: Step = { kind: 'pause', reason: 'unauthorized', detail: '' };

describe('claims held for an endpoint', () => {
  const clock = new VirtualClock();
  const claim = aClaim();
  const endpointId = claim.endpoint.id;

  function holding(count: number): HeldClaims {
    const held = new HeldClaims(clock);
    for (let index = 0; index < count; index += 1) held.hold(claim, 1);
    return held;
  }

  it('are as many as it answered lately, twice, and none once it fails', () => {
    const held = holding(0);
    expect(held.wantedOf(endpointId, 5)).toBe(10);
    held.answered(endpointId, failed);
    expect(held.wantedOf(endpointId, 5)).toBe(0);
    held.answered(endpointId, accepted);
    expect(held.wantedOf(endpointId, 5)).toBe(10);
  });

  it('are given back when it fails three times in a row, and not before', () => {
    const held = holding(2);
    for (const step of [failed, failed, accepted, failed, failed]) {
      expect(held.answered(endpointId, step)).toEqual([]);
    }
    expect(held.answered(endpointId, failed)).toHaveLength(2);
    expect(held.countOf(endpointId)).toBe(0);
  });

  it('are given back when it pauses', () => {
    expect(holding(2).answered(endpointId, paused)).toHaveLength(2);
  });

  it('are given back after half a second', () => {
    const held = holding(1);
    clock.advance(499);
    expect(held.overdue()).toEqual([]);
    clock.advance(1);
    expect(held.overdue()).toHaveLength(1);
    expect(held.countOf(endpointId)).toBe(0);
  });
});

describe('an engine whose endpoint answers quickly', () => {
  /** Two at a time; holds every claim back from the `nth` on until it is let through. */
  async function withClaimsHeldBackFrom(nth: number, answers: ((reply: Reply) => void)[]) {
    let claims = 0;
    const { promise: through, resolve: letThrough } = Promise.withResolvers<void>();
    const around = (store: Store): Store => ({
      ...store,
      async claim(request) {
        claims += 1;
        if (claims >= nth) await through;
        return store.claim(request);
      },
    });
    const world = await aWorld({
      around,
      endpoints: [{ inFlightMax: 2 }],
      answer: () => new Promise<Reply>((resolve) => answers.push(resolve)),
    });
    for (const task of ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']) await world.append(task, 9000);
    return { world, letThrough };
  }

  /** Until so many requests wait for their answer or have had it. */
  async function asked(answers: readonly unknown[], count: number): Promise<void> {
    while (answers.length < count) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Of the two that are out at first, one is answered. */
  async function withOneAnswered(heldBackFrom: number) {
    const answers: ((reply: Reply) => void)[] = [];
    const { world, letThrough } = await withClaimsHeldBackFrom(heldBackFrom, answers);
    await asked(answers, 2);
    answers[0]?.(answering(200));
    await world.busy();
    return { world, letThrough, answers };
  }

  async function answerEach(answers: readonly ((reply: Reply) => void)[], count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      await asked(answers, index + 1);
      answers[index]?.(answering(200));
    }
  }

  it('sends the next at each answer, though a claim takes its time', async () => {
    const { world, letThrough, answers } = await withOneAnswered(3);
    // The answer of the first freed a slot and asked for two ahead: the third claim does not come through.
    const sent = answers.length;
    answers[1]?.(answering(200));
    await world.busy();
    expect(answers.length).toBe(sent + 1);
    expect(answers.filter((_, index) => index >= 2).length).toBeLessThanOrEqual(2);
    letThrough();
    await answerEach(answers, 8);
    await world.quiet();
    expect(world.requests).toHaveLength(8);
  });

  it('sends nothing that it has held for half a second, though an answer comes first', async () => {
    const { world, letThrough, answers } = await withOneAnswered(3);
    const sent = answers.length;
    world.clock.advance(500);
    answers[1]?.(answering(200));
    await world.busy();
    expect(answers.length).toBe(sent);
    letThrough();
    await answerEach(answers, 8);
    await world.quiet();
    expect(world.requests).toHaveLength(8);
  });

  it('gives back what it holds when it is told to stop, at the cost of no try', async () => {
    const { world, answers } = await withOneAnswered(99);
    expect(world.engine.health().inFlight).toBeGreaterThan(2);
    const stopped = world.stop();
    await world.busy();
    expect(world.engine.health().inFlight).toBe(2);
    for (const answer of answers) answer(answering(200));
    await stopped;
    expect(world.failures).toEqual([]);
    const again = await world.store.claim({ quotas: [{ endpointId: 'e1', quota: 100 }], leaseMs: 45_000 });
    expect(again.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
    expect(world.requests).toHaveLength(3);
  });
});
