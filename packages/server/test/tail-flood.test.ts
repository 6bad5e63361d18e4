import { VirtualClock } from '@doorbell/engine/testing';
import { expect, test } from 'vitest';
import { aTailEvent } from './a-tail-event.ts';
import { until } from './receiver.ts';
import { startApp, type TestApp } from './start-app.ts';
import { type Watcher, watch } from './watch-tail.ts';

const flushMs = 250;

/** Publishes at that pace of the virtual clock, a flush of the stream after each quarter of a second. */
async function flow(
  { tail }: TestApp,
  clock: VirtualClock,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
  afterEach: (published: number) => Promise<unknown>,
): Promise<number> {
  const perFlush = (perSecond * flushMs) / 1_000;
  let published = 0;
  for (let flush = 0; flush < (seconds * 1_000) / flushMs; flush += 1) {
    for (let index = 0; index < perFlush; index += 1) {
      published += 1;
      tail.publish(
        aTailEvent({
          notificationId: `n1-${published}`,
          houseTaskId: `task-${published}`,
          sequence: published,
        }),
      );
    }
    await until(async () => clock.sleeping > 0 || undefined);
    clock.advance(flushMs);
    await afterEach(published);
  }
  return published;
}

const shownTo = ({ events }: Watcher) => events.filter(({ name }) => name === 'notification');
const droppedFor = ({ events }: Watcher) =>
  events.filter(({ name }) => name === 'dropped').reduce((sum, { data }) => sum + Number(data.count), 0);

test('at 200 a second every one arrives, in order', async () => {
  const clock = new VirtualClock();
  const app = await startApp({ clock });
  const watcher = await watch(app);
  const total = await flow(app, clock, { perSecond: 200, seconds: 10 }, (published) =>
    until(async () => shownTo(watcher).length === published || undefined),
  );
  expect(total).toBe(2_000);
  expect(shownTo(watcher).map(({ data }) => data.sequence)).toEqual(
    Array.from({ length: total }, (_, index) => index + 1),
  );
  expect(droppedFor(watcher)).toBe(0);
});

test('at 5,000 a second each is shown or counted, a slow reader costs a bounded part, and others are answered', async () => {
  const clock = new VirtualClock();
  const app = await startApp({ clock });
  const watcher = await watch(app);
  const sleeper = await watch(app);
  sleeper.response.pause();
  const answers = new Set<number>();
  const total = await flow(app, clock, { perSecond: 5_000, seconds: 10 }, async (published) => {
    answers.add((await app.call('GET', '/v1/notifications')).status);
    await until(async () => shownTo(watcher).length + droppedFor(watcher) === published || undefined);
  });
  expect(total).toBe(50_000);
  expect([...answers]).toEqual([200]);
  expect(shownTo(watcher).length).toBe(40 * 500);
  sleeper.response.resume();
  await until(async () => {
    clock.advance(flushMs);
    return shownTo(sleeper).length + droppedFor(sleeper) === total || undefined;
  });
  expect(shownTo(sleeper).length).toBeLessThanOrEqual(shownTo(watcher).length);
  const sequences = shownTo(sleeper).map(({ data }) => Number(data.sequence));
  expect(sequences).toEqual(sequences.toSorted((left, right) => left - right));
});
