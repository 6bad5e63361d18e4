import { copyFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../src/stores/sqlite/index.ts';
import { World } from '../src/testing/store-contract/world.ts';
import { openBreaker } from './open-breaker.ts';
import { openTestStore, type SqliteUnderTest, testVault } from './sqlite-test-store.ts';

describe('hundreds of lanes that wait for their retry', () => {
  let subject: SqliteUnderTest;
  let world: World;
  const hourMs = 3_600_000;

  beforeEach(async () => {
    subject = openTestStore();
    world = new World(subject);
    await world.setUp({ inFlightMax: 1_000 });
  });
  afterEach(() => subject.close());

  function inFile<T>(path: string, work: (database: DatabaseSync) => T): T {
    const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    try {
      return work(database);
    } finally {
      database.close();
    }
  }

  /** Lanes alone: of tasks that nobody claims here. */
  function wait(count: number, endpointId = 'e1'): void {
    inFile(subject.path, (database) =>
      database.exec(`with recursive n (n) as (select 1 union all select n + 1 from n where n < ${count})
        insert into lane (endpoint_id, task_id, first_seq, head_seq, tail_seq, due_at)
          select '${endpointId}', -n, 1, 1, 1, ${world.clock.now() + hourMs} + n from n`),
    );
  }

  function asleep(endpointId = 'e1', path = subject.path): number {
    return inFile(path, (database) =>
      Number(
        database
          .prepare('select count(*) n from lane where endpoint_id = ? and due_at > ?')
          .get(endpointId, world.clock.now() + 1_000)?.n,
      ),
    );
  }

  it('are woken when the breaker closes, the first at once and the others by the next rounds', async () => {
    await openBreaker(world);
    wait(875);
    await world.deliver();
    expect((await world.getEndpoint()).breaker.openedAt).toBeNull();
    expect(asleep()).toBe(625);
    for (const left of [375, 125, 0, 0]) {
      await world.store.upcoming();
      expect(asleep()).toBe(left);
    }
  });

  it('are woken by the next process when kill -9 ends the one that began', async () => {
    await world.store.pauseEndpoint('e1', 'operator', '');
    wait(625);
    await world.store.resumeEndpoint('e1');
    await world.store.upcoming();
    expect(asleep()).toBe(125);
    // What a killed process leaves: the file and the log that it has not brought into it yet.
    const left = `${subject.path}.left`;
    for (const suffix of ['', '-wal']) copyFileSync(`${subject.path}${suffix}`, `${left}${suffix}`);
    const next = openSqliteStore({ path: left, vault: testVault, clock: subject.clock, synchronous: 'OFF' });
    await next.upcoming();
    expect(asleep('e1', left)).toBe(0);
    await next.close();
  });

  it('of several endpoints are woken in turns, so that none waits for the last lane of another', async () => {
    await world.endpoint('e2');
    for (const endpointId of ['e1', 'e2']) await world.store.pauseEndpoint(endpointId, 'operator', '');
    wait(875, 'e1');
    wait(625, 'e2');
    for (const endpointId of ['e1', 'e2']) await world.store.resumeEndpoint(endpointId);
    for (const [first, second] of [
      [375, 375],
      [375, 125],
      [125, 125],
      [125, 0],
      [0, 0],
    ]) {
      await world.store.upcoming();
      expect([asleep('e1'), asleep('e2')]).toEqual([first, second]);
    }
  });

  it('keep the time of their next retry when they have failed since they were woken', async () => {
    await world.store.pauseEndpoint('e1', 'operator', '');
    wait(375);
    await world.store.resumeEndpoint('e1');
    inFile(subject.path, (database) =>
      database.exec(`update lane set due_at = ${world.clock.now() + 5_000} where task_id = -1`),
    );
    await world.store.upcoming();
    expect(asleep()).toBe(1);
    await world.store.upcoming();
    expect(asleep()).toBe(1);
  });

  it('sleep on when the endpoint is paused again, and are woken when it is resumed', async () => {
    await world.store.pauseEndpoint('e1', 'operator', '');
    wait(375);
    await world.store.resumeEndpoint('e1');
    await world.store.pauseEndpoint('e1', 'unauthorized', 'answered 401');
    await world.store.upcoming();
    expect(asleep()).toBe(125);
    await world.store.resumeEndpoint('e1');
    expect(asleep()).toBe(0);
  });

  it('cost no write once all are woken', async () => {
    await world.store.pauseEndpoint('e1', 'operator', '');
    wait(375);
    await world.store.resumeEndpoint('e1');
    await world.store.upcoming();
    const { transactions } = subject.store;
    await world.store.upcoming();
    expect(subject.store.transactions).toBe(transactions);
  });
});
