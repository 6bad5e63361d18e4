import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { World } from '../src/testing/store-contract/world.ts';
import { openBreaker } from './open-breaker.ts';
import { openTestStore, type PostgresUnderTest } from './postgres-test-store.ts';

await describeOnPostgres('thousands of lanes that wait for their retry', (server) => {
  let subject: PostgresUnderTest;
  let world: World;
  const hourMs = 3_600_000;

  beforeEach(async () => {
    subject = await openTestStore(server);
    world = new World(subject);
    await world.setUp({ inFlightMax: 1_000 });
  });
  afterEach(() => subject.close());

  /** Lanes alone: of tasks that nobody claims here. */
  const waiting = (count: number, endpointId = 'e1') =>
    subject.sql(`insert into doorbell.lane (endpoint_id, task_id, first_seq, head_seq, tail_seq, due_at)
      select '${endpointId}', -n, 1, 1, 1, ${world.clock.now() + hourMs} + n from generate_series(1, ${count}) n`);

  async function asleep(endpointId = 'e1'): Promise<number> {
    const rows = await subject.sql<{ n: string }>(
      'select count(*) n from doorbell.lane where endpoint_id = $1 and due_at > $2',
      endpointId,
      world.clock.now() + 1_000,
    );
    return Number(rows[0]?.n);
  }

  it('are woken when the breaker closes, the first at once and the others by the next rounds', async () => {
    await openBreaker(world);
    await waiting(3_500);
    await world.deliver();
    expect((await world.getEndpoint()).breaker.openedAt).toBeNull();
    expect(await asleep()).toBe(2_500);
    for (const left of [1_500, 500, 0, 0]) {
      await world.store.upcoming();
      expect(await asleep()).toBe(left);
    }
  });

  it('are woken by another worker when the one that began is gone', async () => {
    await world.store.pauseEndpoint('e1', 'operator', '');
    await waiting(2_500);
    await world.store.resumeEndpoint('e1');
    expect(await asleep()).toBe(1_500);
    const other = await subject.another();
    await Promise.all([other.upcoming(), other.upcoming()]);
    await other.upcoming();
    expect(await asleep()).toBe(0);
  });

  it('of more endpoints than are woken in a round are woken in turns', async () => {
    const endpointIds = ['e1', 'e2', 'e3', 'e4', 'e5'];
    for (const endpointId of endpointIds) {
      await world.endpoint(endpointId);
      await world.store.pauseEndpoint(endpointId, 'operator', '');
      await waiting(6_500, endpointId);
      await world.store.resumeEndpoint(endpointId);
    }
    for (let round = 0; round < 5; round += 1) {
      world.clock.advance(1);
      await world.store.upcoming();
    }
    for (const endpointId of endpointIds)
      expect([endpointId, await asleep(endpointId)]).toEqual([endpointId, 1_500]);
  });

  it('keep the time of their next retry when they have failed since they were woken', async () => {
    await world.store.pauseEndpoint('e1', 'operator', '');
    await waiting(1_500);
    await world.store.resumeEndpoint('e1');
    await subject.sql('update doorbell.lane set due_at = $1 where task_id = -1', world.clock.now() + 5_000);
    await world.store.upcoming();
    expect(await asleep()).toBe(1);
    await world.store.upcoming();
    expect(await asleep()).toBe(1);
  });

  it('sleep on when the endpoint is paused again', async () => {
    await world.store.pauseEndpoint('e1', 'operator', '');
    await waiting(1_500);
    await world.store.resumeEndpoint('e1');
    await world.store.pauseEndpoint('e1', 'unauthorized', 'answered 401');
    await world.store.upcoming();
    expect(await asleep()).toBe(500);
  });
});
