import { describe, expect, it } from 'vitest';
import type { Reply, Store } from '../src/index.ts';
import { answering } from '../src/testing/index.ts';
import { type Arrival, aWorld, bound } from './world.ts';

const life = [9000, 10000, 20000, 30000, 40000, 45000, 50000];
const secondMs = 1_000;
const hourMs = 3_600_000;
const refusedConnection: Reply = {
  kind: 'failure',
  reason: 'refused',
  detail: 'Nobody listens.',
  uncertain: false,
  remoteAddress: null,
};
const sequencesOf = (arrivals: readonly Arrival[], houseTaskId: string) =>
  arrivals.filter((arrival) => arrival.houseTaskId === houseTaskId).map(({ sequence }) => sequence);

describe('order', () => {
  it('delivers the changes of each task one after the other, and tasks side by side', async () => {
    let inFlight = 0;
    let inFlightSeen = 0;
    const world = await aWorld({
      async answer() {
        inFlight += 1;
        inFlightSeen = Math.max(inFlightSeen, inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight -= 1;
        return answering(200);
      },
    });
    const tasks = Array.from({ length: 20 }, (_, index) => `T${index}`);
    for (const task of tasks) await world.append(task, ...life);
    await world.quiet();
    for (const task of tasks) {
      expect(sequencesOf(world.requests, task)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(await world.results(task)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    }
    expect(inFlightSeen).toBeGreaterThan(1);
  });

  it('never has two requests of one task, nor more than its limit of one endpoint, in flight', async () => {
    const now = new Map<string, number>();
    let inFlight = 0;
    const seen: number[] = [];
    const world = await aWorld({
      endpoints: [{ inFlightMax: 3 }],
      async answer({ houseTaskId }) {
        now.set(houseTaskId, (now.get(houseTaskId) ?? 0) + 1);
        inFlight += 1;
        seen.push(inFlight);
        expect(now.get(houseTaskId)).toBe(1);
        for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        now.set(houseTaskId, 0);
        inFlight -= 1;
        return answering(200);
      },
    });
    for (let task = 0; task < 12; task += 1) await world.append(`T${task}`, 9000, 10000, 20000);
    await world.quiet();
    expect(world.requests).toHaveLength(36);
    expect(Math.max(...seen)).toBe(3);
  });

  it('a change that keeps failing holds up its own task and no other', async () => {
    const world = await aWorld({
      answer: ({ houseTaskId }) => answering(houseTaskId === 'stuck' ? 500 : 200),
    });
    await world.append('stuck', 9000, 10000);
    for (let task = 0; task < 30; task += 1) await world.append(`T${task}`, 9000, 10000);
    await world.quiet();
    await world.pass(60 * secondMs, 5 * secondMs);
    expect(new Set(sequencesOf(world.requests, 'stuck'))).toEqual(new Set([1]));
    expect(await world.results('stuck')).toEqual([0, 0]);
    expect(await world.results('T29')).toEqual([1, 1]);
  });

  it('an endpoint that is unplugged holds up no other, and drains in order once it is plugged in', async () => {
    let plugged = false;
    const world = await aWorld({
      endpoints: [{}, {}],
      answer: ({ endpointId }) => (endpointId === 'e1' || plugged ? answering(200) : refusedConnection),
    });
    const tasks = Array.from({ length: 15 }, (_, index) => `T${index}`);
    for (const state of life) {
      for (const task of tasks) await world.append(task, state);
      await world.pass(60 * secondMs, 10 * secondMs);
    }
    const received = (endpointId: string, task: string) =>
      sequencesOf(
        world.requests.filter((arrival) => arrival.endpointId === endpointId),
        task,
      );
    for (const task of tasks) expect(received('e1', task)).toEqual([1, 2, 3, 4, 5, 6, 7]);

    plugged = true;
    const before = world.requests.length;
    await world.pass(3 * hourMs, 60 * secondMs);
    const drained = world.requests.slice(before);
    for (const task of tasks) {
      expect(sequencesOf(drained, task)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(new Set(await world.results(task))).toEqual(new Set([1]));
    }
  });
});

describe('retries', () => {
  it('come 5 s, 30 s, 2 min and 10 min after the last try, each within 20 %', async () => {
    const world = await aWorld({ answer: ({ attempt }) => answering(attempt < 5 ? 500 : 200) });
    await world.append('T', 9000);
    await world.quiet();
    await world.pass(20 * 60 * secondMs, 100);
    const times = world.requests.map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => (at - (times[index] ?? 0)) / secondMs);
    for (const [index, seconds] of [5, 30, 120, 600].entries()) {
      expect(gaps[index]).toBeGreaterThanOrEqual(seconds * 0.8);
      // The engine looks at least once a second; a step of the clock adds its 0.1 s.
      expect(gaps[index]).toBeLessThanOrEqual(seconds * 1.2 + 1.1);
    }
    expect(world.requests.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
    expect(await world.results('T')).toEqual([1]);
  });

  it('end after 72 hours with result 3, and the task goes on to its next change', async () => {
    const fails = ({ houseTaskId, sequence }: Arrival) => houseTaskId === 'T' && sequence === 1;
    const world = await aWorld({ answer: (arrival) => answering(fails(arrival) ? 500 : 200) });
    await world.append('T', 9000, 10000);
    // Other tasks get through, so the breaker stays closed and the time counts.
    for (let hour = 0; hour < 100; hour += 1) {
      await world.append(`other-${hour}`, 9000);
      await world.pass(hourMs, 15 * 60 * secondMs);
    }
    expect(await world.results('T')).toEqual([3, 1]);
    const tries = world.requests.filter(fails);
    const lasted = (tries.at(-1)?.at ?? 0) - (tries[0]?.at ?? 0);
    expect(lasted).toBeGreaterThan(71 * hourMs);
    expect(lasted).toBeLessThan(74 * hourMs);
  });

  it('do not end for an endpoint that answers nobody: its breaker holds the time', async () => {
    let up = false;
    const world = await aWorld({ answer: () => (up ? answering(200) : refusedConnection) });
    await world.append('T', 9000, 10000);
    await world.pass(300 * hourMs, hourMs);
    expect(await world.results('T')).toEqual([0, 0]);
    expect((await world.store.findEndpoint('e1'))?.breaker.openedAt).not.toBeNull();
    up = true;
    await world.pass(10 * hourMs, 600 * secondMs);
    expect(await world.results('T')).toEqual([1, 1]);
  });

  it('end in a parked task where the policy is park, until someone resends', async () => {
    let mended = false;
    const world = await aWorld({
      endpoints: [{ onGiveUp: 'park', retryHorizonMs: hourMs }],
      answer: () => answering(mended ? 200 : 500),
    });
    await world.append('T', 9000, 10000);
    await world.pass(5 * hourMs, 60 * secondMs);
    expect(await world.results('T')).toEqual([3, 0]);
    mended = true;
    await world.pass(5 * hourMs, 600 * secondMs);
    expect(await world.results('T')).toEqual([3, 0]);
    await world.store.resend(await world.notification('T', 1), 1);
    world.engine.hint();
    await world.quiet();
    expect(await world.results('T')).toEqual([1, 1]);
  });

  it('honour Retry-After', async () => {
    const busy: Reply = {
      kind: 'response',
      httpStatus: 429,
      retryAfter: '90',
      body: new Uint8Array(),
      remoteAddress: null,
    };
    const world = await aWorld({ answer: ({ attempt }) => (attempt === 1 ? busy : answering(200)) });
    await world.append('T', 9000);
    await world.quiet();
    await world.pass(120 * secondMs, secondMs);
    const [first, second] = world.requests;
    expect(((second?.at ?? 0) - (first?.at ?? 0)) / secondMs).toBeGreaterThanOrEqual(90);
    expect(((second?.at ?? 0) - (first?.at ?? 0)) / secondMs).toBeLessThanOrEqual(92);
  });
});

describe('a misconfigured endpoint', () => {
  it('pauses with nothing burnt and nothing lost, and resumes in order', async () => {
    let knowsKey = false;
    const world = await aWorld({ answer: () => answering(knowsKey ? 200 : 401, 'who are you?') });
    await world.append('A', 9000, 10000);
    await world.quiet();
    await world.append('B', 9000);
    await world.pass(200 * hourMs, 50 * hourMs);
    expect(world.requests).toHaveLength(1);
    const endpoint = await world.store.findEndpoint('e1');
    expect(endpoint?.pause).toMatchObject({ reason: 'unauthorized' });
    expect(endpoint?.pause?.detail).toContain('who are you?');
    expect((await world.notification('A', 1)).waiting).toMatchObject({
      for: 'endpoint-paused',
      reason: 'unauthorized',
    });

    knowsKey = true;
    await world.store.resumeEndpoint('e1');
    world.engine.hint();
    await world.quiet();
    expect(
      world.requests
        .slice(1)
        .filter(({ houseTaskId }) => houseTaskId === 'A')
        .map(({ sequence, attempt }) => [sequence, attempt]),
    ).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(await world.results('B')).toEqual([1]);
  });

  it('that answers HTTP 410 pauses likewise', async () => {
    const gone: Reply = {
      kind: 'response',
      httpStatus: 410,
      retryAfter: null,
      body: new Uint8Array(),
      remoteAddress: null,
    };
    const world = await aWorld({ answer: () => gone });
    await world.append('A', 9000);
    await world.quiet();
    expect((await world.store.findEndpoint('e1'))?.pause).toMatchObject({ reason: 'gone' });
  });

  it('does not lose its 72 hours while it is paused', async () => {
    let answer = answering(500);
    const world = await aWorld({ answer: () => answer });
    await world.append('A', 9000);
    await world.pass(10 * hourMs, 600 * secondMs);
    await world.store.pauseEndpoint('e1', 'operator', 'maintenance');
    await world.pass(500 * hourMs, 50 * hourMs);
    answer = answering(200);
    await world.store.resumeEndpoint('e1');
    await world.pass(10 * hourMs, 600 * secondMs);
    expect(await world.results('A')).toEqual([1]);
  });
});

describe('the breaker of an endpoint', () => {
  it('opens after 10 failures, lets a probe through every 30 s, and starts slowly once one succeeds', async () => {
    let up = false;
    let inFlight = 0;
    const widths: number[] = [];
    const world = await aWorld({
      async answer() {
        if (!up) return refusedConnection;
        inFlight += 1;
        widths.push(inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight -= 1;
        return answering(200);
      },
      endpoints: [{ inFlightMax: 8 }],
    });
    for (let task = 0; task < 60; task += 1) await world.append(`T${task}`, 9000);
    await world.quiet();
    const failuresToOpen = world.requests.length;
    expect(failuresToOpen).toBeGreaterThanOrEqual(10);
    expect(failuresToOpen).toBeLessThan(10 + 8);
    await world.pass(300 * secondMs, secondMs);
    expect(world.requests.length - failuresToOpen).toBeGreaterThanOrEqual(9);
    expect(world.requests.length - failuresToOpen).toBeLessThanOrEqual(10);

    up = true;
    await world.pass(40 * secondMs, secondMs);
    expect(widths.slice(0, 2)).toEqual([1, 1]);
    expect(Math.max(...widths)).toBeLessThanOrEqual(8);
    await world.pass(hourMs, 60 * secondMs);
    expect(await world.results('T59')).toEqual([1]);
    expect((await world.store.findEndpoint('e1'))?.breaker.openedAt).toBeNull();
  });
});

describe('coalescing', () => {
  it('sends only the latest change of a task and records the others as superseded', async () => {
    let up = false;
    const world = await aWorld({
      endpoints: [{ coalesce: 'latest' }],
      answer: () => (up ? answering(200) : answering(500)),
    });
    await world.append('T', 9000);
    await world.quiet();
    await world.append('T', 10000, 20000, 30000);
    up = true;
    await world.pass(60 * secondMs, secondMs);
    expect(await world.results('T')).toEqual([4, 4, 4, 1]);
    expect(world.requests.map(({ sequence }) => sequence)).toEqual([1, 4]);
    expect(world.requests.at(-1)?.attempt).toBe(1);
  });
});

describe('a resend', () => {
  it('goes through the lane: before what waits, alone, and with the retries of any other', async () => {
    let answer: (arrival: Arrival) => Reply = () => answering(200);
    const world = await aWorld({ answer: (arrival) => answer(arrival) });
    await world.append('T', 9000, 10000, 20000);
    await world.quiet();
    answer = ({ attempt }) => answering(attempt === 1 ? 500 : 200);
    await world.store.pauseEndpoint('e1', 'operator', '');
    await world.append('T', 30000);
    await world.store.resend(await world.notification('T', 2), 1);
    expect(await world.results('T')).toEqual([1, 0, 1, 0]);
    await world.store.resumeEndpoint('e1');
    await world.pass(60 * secondMs, secondMs);
    expect(world.requests.slice(3).map(({ sequence, attempt }) => [sequence, attempt])).toEqual([
      [2, 1],
      [2, 2],
      [4, 1],
      [4, 2],
    ]);
    expect(await world.results('T')).toEqual([1, 1, 1, 1]);
    expect((await world.notification('T', 2)).attempts).toBe(3);
  });

  it('of a refused notification that is then accepted makes it delivered', async () => {
    let answer = answering(403);
    const world = await aWorld({ answer: () => answer });
    await world.append('T', 9000, 10000);
    await world.quiet();
    expect(await world.results('T')).toEqual([2, 2]);
    answer = answering(200);
    await world.store.resend({ result: 2 }, 100);
    world.engine.hint();
    await world.quiet();
    expect(await world.results('T')).toEqual([1, 1]);
    expect(sequencesOf(world.requests, 'T')).toEqual([1, 2, 1, 2]);
  });
});

describe('when something of ours fails', () => {
  it('a store that cannot be read is asked again, and delivery goes on', async () => {
    let broken = true;
    const around = (store: Store): Store => ({
      ...bound(store),
      upcoming: () => (broken ? Promise.reject(new Error('disk full')) : store.upcoming()),
    });
    const world = await aWorld({ answer: () => answering(200), around });
    await world.append('T', 9000);
    world.clock.advance(secondMs);
    broken = false;
    await world.pass(5 * secondMs, secondMs);
    expect(await world.results('T')).toEqual([1]);
    expect(world.failures[0]).toBe('claim: Error: disk full');
  });

  it('a settlement that cannot be written is written later, and the endpoint is not asked twice', async () => {
    let broken = 3;
    const around = (store: Store): Store => ({
      ...bound(store),
      settle(settlements) {
        broken -= 1;
        return broken >= 0 ? Promise.reject(new Error('disk full')) : store.settle(settlements);
      },
    });
    const world = await aWorld({ answer: () => answering(200), around });
    await world.append('T', 9000);
    for (let step = 0; step < 20; step += 1) {
      world.clock.advance(50);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await world.pass(secondMs);
    expect(await world.results('T')).toEqual([1]);
    expect(world.requests).toHaveLength(1);
    expect(world.failures).toHaveLength(3);
  });

  it('a change that cannot be put into a request is tried again and holds up no other task', async () => {
    const around = (store: Store): Store => ({
      ...bound(store),
      async claim(request) {
        const claims = await store.claim(request);
        const spoilt = { extra: { 'not a name': '' } };
        return claims.map((claim) =>
          claim.change.houseTaskId === 'bad' ? { ...claim, change: { ...claim.change, ...spoilt } } : claim,
        );
      },
    });
    const world = await aWorld({ answer: () => answering(200), around });
    await world.append('bad', 9000);
    await world.append('good', 9000);
    await world.quiet();
    expect(await world.results('good')).toEqual([1]);
    expect((await world.notification('bad', 1)).waiting).toMatchObject({ for: 'retry' });
    expect(world.failures[0]).toContain('deliver:');
  });

  it('a worker that stalled past its lease sends nothing and burns no try', async () => {
    let stallMs = 40 * secondMs;
    const around = (store: Store): Store => ({
      ...bound(store),
      async claim(request) {
        const claims = await store.claim(request);
        if (claims.length > 0) {
          world.clock.advance(stallMs);
          stallMs = 0;
        }
        return claims;
      },
    });
    const world = await aWorld({ answer: () => answering(200), around });
    await world.append('T', 9000);
    await world.quiet();
    await world.pass(2 * secondMs, secondMs);
    expect(world.requests.map(({ attempt }) => attempt)).toEqual([1]);
    expect(await world.store.listAttempts(await world.notification('T', 1))).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('finishes and settles what is in flight and starts nothing new', async () => {
    let release: (reply: Reply) => void = () => {};
    const world = await aWorld({
      endpoints: [{ inFlightMax: 1 }],
      answer: () => new Promise<Reply>((resolve) => (release = resolve)),
    });
    await world.append('T', 9000, 10000);
    while (world.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const stopped = world.stop();
    release(answering(200));
    await stopped;
    expect(await world.results('T')).toEqual([1, 0]);
    expect(world.requests).toHaveLength(1);
  });
});

describe('a test notification', () => {
  it('is sent and answered outside every lane, and leaves no trace', async () => {
    const world = await aWorld({ answer: () => answering(500, 'not yet') });
    const endpoint = await world.store.findEndpoint('e1');
    if (!endpoint) throw new Error('e1 was just saved');
    const attempts = await world.engine.test(endpoint);
    expect(attempts).toMatchObject([{ outcome: 'retry', responseState: 500 }]);
    expect(world.requests[0]?.houseTaskId).toBe('doorbell-test');
    expect((await world.store.listNotifications({}, { limit: 10 })).items).toEqual([]);
  });
});

describe('a delivery-failed notice', () => {
  const wanting = { deliveryFailedUrl: 'http://127.0.0.1:9/failed', retryHorizonMs: 60 * secondMs };
  const notices = (arrivals: readonly Arrival[]) =>
    arrivals.filter(({ endpointId }) => endpointId === 'e1/delivery-failed');

  it('is sent once when a notification is given up, whatever is answered', async () => {
    const world = await aWorld({ endpoints: [wanting], answer: () => answering(500) });
    await world.append('T', 9000);
    await world.pass(hourMs, 10 * secondMs);
    const sent = notices(world.requests);
    expect(sent).toHaveLength(1);
    expect(new URLSearchParams(sent[0]?.request.body).get('notifyResult')).toBe('3');
    expect(sent[0]?.request.url).toBe(wanting.deliveryFailedUrl);
  });

  it('is repeated three times on network errors, and then no more', async () => {
    const world = await aWorld({ endpoints: [wanting], answer: () => refusedConnection });
    await world.append('T', 9000);
    await world.pass(3 * hourMs, 10 * secondMs);
    expect(notices(world.requests)).toHaveLength(4);
  });
});
