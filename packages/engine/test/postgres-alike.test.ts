import { expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import type { Claim, Step } from '../src/lane.ts';
import type { Random } from '../src/ports.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';
import {
  delivered,
  failed,
  leaseMs,
  nameOf,
  refused,
  retryIn,
  World,
} from '../src/testing/store-contract/world.ts';
import { openTestStore as openPostgres } from './postgres-test-store.ts';
import { openTestStore as openSqlite } from './sqlite-test-store.ts';

const states = [10_000, 20_000, 30_000, 40_000, 45_000];
const endpointIds = ['e1', 'e2', 'e3'];
const steps: readonly Step[] = [
  delivered,
  delivered,
  delivered,
  refused,
  failed,
  retryIn(5_000),
  retryIn(50_000),
  { kind: 'park' },
  { kind: 'release' },
  { kind: 'pause', reason: 'unauthorized', detail: '401' },
];

/** One store, the claims that are out on it, and what it answered. */
interface Life {
  readonly world: World;
  readonly out: Claim[];
}

function pick<T>(random: Random, from: readonly T[]): T {
  const picked = from[Math.floor(random() * from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

/** Draws the next thing to happen; what it returns does it to one store and tells what that answered. */
function nextEvent(random: Random): (life: Life) => Promise<unknown> {
  const kind = random();
  const task = `t${Math.floor(random() * 6)}`;
  const endpointId = pick(random, endpointIds);
  const state = pick(random, states);
  const position = random();
  const step = pick(random, steps);
  const ms = Math.floor(random() * 20_000);
  if (kind < 0.3) {
    const eventId = position < 0.3 ? `event-${Math.floor(position * 20)}` : null;
    return ({ world }) => world.append(task, state, { eventId }).catch((error: Error) => error.message);
  }
  if (kind < 0.5) {
    return async ({ world, out }) => {
      const claims = await world.claim(endpointId, 1 + Math.floor(position * 4));
      out.push(...claims);
      return claims.map((claim) => [
        nameOf(claim),
        claim.epoch,
        claim.attempt,
        claim.firstTryAt,
        claim.heldMs,
      ]);
    };
  }
  if (kind < 0.8) {
    return async ({ world, out }) => {
      // Now and then one that was settled before, or whose lease ran out.
      const claim = out[Math.floor(position * out.length)];
      if (claim === undefined) return 'nothing is out';
      if (step.kind !== 'retry') out.splice(out.indexOf(claim), 1);
      return world.settle(claim, step);
    };
  }
  if (kind < 0.85) return async ({ world }) => world.clock.advance(ms);
  if (kind < 0.87) return async ({ world }) => world.clock.advance(leaseMs);
  if (kind < 0.9) return async ({ world }) => (await world.store.resumeEndpoint(endpointId))?.heldMs;
  if (kind < 0.91)
    return async ({ world }) => (await world.store.pauseEndpoint(endpointId, 'operator', ''))?.heldMs;
  if (kind < 0.93) {
    const result = pick(random, [1, 2, 3, 4] as const);
    return ({ world }) => world.store.resend({ result, endpointId }, 3);
  }
  return async ({ world }) => {
    const listed = await world.list({ houseTaskId: task });
    const one = listed[Math.floor(position * listed.length)];
    return one === undefined ? 'nothing to resend' : world.store.resend(one, 1);
  };
}

async function everythingOf({ world }: Life): Promise<unknown> {
  const notifications = await world.list({}, 1_000);
  const tasks = await world.store.listTasks({}, { limit: 100 });
  const attempts = await Promise.all(notifications.map((each) => world.store.listAttempts(each)));
  return {
    notifications: notifications.map(({ laneId: _laneId, ...rest }) => rest),
    attempts,
    tasks: tasks.items,
    backlog: await world.store.backlog(),
    upcoming: await world.store.upcoming(),
    endpoints: await world.store.listEndpoints(),
  };
}

await describeOnPostgres('the same life in PostgreSQL and in SQLite', (server) => {
  it.each([1, 2, 3, 4, 5, 6])('is answered alike at every step, seed %i', async (seed) => {
    const random = seededRandom(seed);
    const subjects = [openSqlite(), await openPostgres(server)] as const;
    const lives = subjects.map((subject): Life => ({ world: new World(subject), out: [] }));
    for (const { world } of lives) {
      await world.setUp({ onGiveUp: 'park' });
      await world.endpoint('e2', { coalesce: 'latest', inFlightMax: 3 });
      await world.endpoint('e3');
    }
    for (let turn = 0; turn < 250; turn += 1) {
      const event = nextEvent(random);
      const [sqlite, postgres] = [await event(lives[0] as Life), await event(lives[1] as Life)];
      expect({ turn, answer: postgres }).toEqual({ turn, answer: sqlite });
      if (turn % 50 === 49) {
        expect(await everythingOf(lives[1] as Life)).toEqual(await everythingOf(lives[0] as Life));
      }
    }
    for (const subject of subjects) await subject.close();
  });
});
