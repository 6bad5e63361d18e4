import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Claim, Step } from '../src/lane.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { leaseMs, World } from '../src/testing/store-contract/world.ts';
import { openTestStore } from './sqlite-test-store.ts';

// Goal: what the tables say in two places never disagrees, whatever happens in whatever order.
// Method: seeded random walks over all verbs, a check of the raw tables after each few steps, and at the end
// everything that is not parked can be delivered, each task in order.

const endpoints = ['e1', 'e2', 'e3'] as const;
const tasks = ['t1', 't2', 't3', 't4'] as const;

class Walk {
  readonly world: World;
  readonly #random: () => number;
  #claims: Claim[] = [];

  constructor(world: World, seed: number) {
    this.world = world;
    this.#random = seededRandom(seed);
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  async step(): Promise<void> {
    const { world } = this;
    const dice = this.#random();
    if (dice < 0.25) await world.append(this.#pick(tasks), 40_000);
    else if (dice < 0.5) this.#claims.push(...(await world.claim(this.#pick(endpoints), 2)));
    else if (dice < 0.8) await this.#settleOne();
    else if (dice < 0.88) await this.#resend();
    else if (dice < 0.92) await world.store.pauseEndpoint(this.#pick(endpoints), 'operator', '');
    else if (dice < 0.96) await world.store.resumeEndpoint(this.#pick(endpoints));
    else world.clock.advance(this.#pick([1, 1_000, leaseMs, 60_000]));
  }

  async #settleOne(): Promise<void> {
    const claim = this.#claims.splice(Math.floor(this.#random() * this.#claims.length), 1)[0];
    if (claim === undefined) return;
    const steps: readonly Step[] = [
      { kind: 'advance', result: 1 },
      { kind: 'advance', result: 1 },
      { kind: 'advance', result: 2 },
      { kind: 'advance', result: 3 },
      { kind: 'retry', delayMs: 500 },
      { kind: 'park' },
      { kind: 'pause', reason: 'unauthorized', detail: '' },
      { kind: 'release' },
    ];
    await this.world.settle(claim, this.#pick(steps));
    // A worker that thinks its first settlement was lost settles again.
    if (this.#random() < 0.1) expect(await this.world.settle(claim, this.#pick(steps))).toBe('fenced');
  }

  async #resend(): Promise<void> {
    const { items } = await this.world.store.listNotifications({}, { limit: 50 });
    if (items.length === 0) return;
    if (this.#random() < 0.8) await this.world.store.resend(this.#pick(items), 1);
    else await this.world.store.resend({ result: this.#pick([1, 2, 3, 4] as const) }, 3);
  }
}

const contradictions = {
  'a lane that has work and no lease is due, one without is not': `
    select id from lane where (due_at is not null) <>
      (claimed_seq is not null or reopened_seq is not null or (parked = 0 and head_seq <= tail_seq))`,
  'reopened_seq is the lowest reopened one': `
    select id from lane l where reopened_seq is not (select min(seq) from reopened r where r.lane_id = l.id)`,
  'only what is behind the head is reopened': `
    select l.id from lane l join reopened r on r.lane_id = l.id where r.seq >= l.head_seq or r.seq < l.first_seq`,
  'everything open is pending': `
    select l.id from lane l join change c on c.task_id = l.task_id and c.seq >= l.first_seq
    where ((c.seq >= l.head_seq and not (l.parked = 1 and c.seq = l.head_seq))
        or exists (select 1 from reopened r where r.lane_id = l.id and r.seq = c.seq))
      <> exists (select 1 from pending p where p.endpoint_id = l.endpoint_id and p.created_at = c.created_at
                 and p.task_id = c.task_id and p.seq = c.seq and p.lane_id = l.id and p.state = c.state)`,
  'nothing else is pending': `
    select p.lane_id from pending p left join lane l on l.id = p.lane_id and l.task_id = p.task_id
    where l.id is null or p.seq > l.tail_seq`,
  'nothing is closed and pending': 'select p.lane_id from pending p join closed x using (lane_id, seq)',
  'a parked head is closed as failed': `
    select id from lane l where parked = 1
      and not exists (select 1 from closed x where x.lane_id = l.id and x.seq = l.head_seq and x.result = 3)`,
  'a tail is the last change of its task': `
    select l.id from lane l join task t on t.id = l.task_id where l.tail_seq <> t.last_seq`,
  'changes are dense': `
    select id from task t where last_seq <> (select count(*) from change c where c.task_id = t.id)`,
  'a lane has tried iff it knows since when':
    'select id from lane where (attempt > 0) <> (first_try_at is not null)',
  'an endpoint is held since some time iff it is paused or its breaker open': `
    select id from endpoint where (held_since is not null) <> (paused_at is not null or breaker_opened_at is not null)`,
} as const;

function check(database: DatabaseSync): void {
  for (const [rule, query] of Object.entries(contradictions)) {
    expect({ rule, broken: database.prepare(query).all() }).toEqual({ rule, broken: [] });
  }
}

describe('the tables of the SQLite store', () => {
  it.each(Array.from({ length: 25 }, (_, index) => index + 1))(
    'agree after any history (seed %i)',
    async (seed) => {
      const subject = openTestStore();
      const world = new World(subject);
      await world.setUp();
      await world.endpoint('e2', { coalesce: 'latest' });
      await world.append('t1', 10_000);
      await world.endpoint('e3', { onGiveUp: 'park', inFlightMax: 2 });
      const walk = new Walk(world, seed);
      const raw = new DatabaseSync(subject.path, { readOnly: true });
      try {
        for (let step = 0; step < 200; step += 1) {
          await walk.step();
          if (step % 10 === 0) check(raw);
        }
        check(raw);
        await expectToDrain(world);
        check(raw);
        expect(raw.prepare('select count(*) n from lane where due_at is not null').get()).toEqual({ n: 0 });
      } finally {
        raw.close();
        await subject.close();
      }
    },
  );
});

/** Once all goes well again, all that is open is delivered, each task in order; only parked tasks stay. */
async function expectToDrain(world: World): Promise<void> {
  const last = new Map<number, number>();
  for (let idle = 0; idle < 3; ) {
    world.clock.advance(leaseMs);
    let moved = false;
    for (const endpointId of endpoints) {
      await world.store.resumeEndpoint(endpointId);
      for (const claim of await world.claim(endpointId)) {
        expect(claim.sequence).toBeGreaterThan(last.get(claim.laneId) ?? 0);
        last.set(claim.laneId, claim.sequence);
        expect(await world.settle(claim, { kind: 'advance', result: 1 })).toBe('applied');
        moved = true;
      }
    }
    idle = moved ? 0 : idle + 1;
  }
}
