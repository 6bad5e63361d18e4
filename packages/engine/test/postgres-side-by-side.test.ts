import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { dayMs } from '../src/retention.ts';
import { openPostgresStore } from '../src/stores/postgres/index.ts';
import { delivered, failed, nameOf, retryIn, World } from '../src/testing/store-contract/world.ts';
import { openTestStore, type PostgresUnderTest, testVault } from './postgres-test-store.ts';

/** What a later release may add while this one runs: everything but a change of what is there. */
const expansion = `
  alter table doorbell.customer add column note text;
  alter table doorbell.endpoint add column rate_max int not null default 0;
  alter table doorbell.task add column note text;
  alter table doorbell.change add column note text;
  alter table doorbell.lane add column priority int not null default 0;
  alter table doorbell.pending add column note text;
  alter table doorbell.closed add column note text;
  alter table doorbell.attempt add column trace_id text;
  alter table doorbell.notice add column note text;
  create index lane_by_priority on doorbell.lane (priority) where priority > 0;
  create table doorbell.novelty (id int primary key);
  insert into doorbell.schema_version (version, works_since)
    select max(version) + 1, max(version) from doorbell.schema_version`;

await describeOnPostgres('two versions of Doorbell on one PostgreSQL database', (server) => {
  let subject: PostgresUnderTest;
  let world: World;

  beforeEach(async () => {
    subject = await openTestStore(server);
    world = new World(subject);
    await world.setUp();
    await world.store.retire(30 * dayMs);
  });
  afterEach(() => subject.close());

  it('go on side by side while the newer one has added to the schema', async () => {
    await world.appendMany('t1', 2);
    const claim = await world.claimOne();
    await subject.sql(expansion);

    expect(await world.settle(claim, delivered)).toBe('applied');
    const started = await openPostgresStore({
      pool: subject.pool,
      schema: subject.schema,
      vault: testVault,
      clock: subject.clock,
    });
    const fresh = new World({ store: started, clock: subject.clock, close: async () => {} });
    await fresh.append('t2', 9_000);
    await fresh.endpoint('e2');
    const claims = await fresh.claim();
    expect(claims.map(nameOf)).toEqual(['t1.2', 't2.1']);
    const [first, second] = claims;
    if (first === undefined || second === undefined) throw new Error('two lanes were due');
    expect(await world.settle(first, retryIn(1_000))).toBe('applied');
    expect(await fresh.settle(second, failed)).toBe('applied');
    expect(await fresh.listNames({ result: 1 })).toEqual(['t1.1']);
    await fresh.store.resend({ result: 3 }, 9);
    world.clock.advance(1_000);
    expect([...(await world.drain())].sort()).toEqual(['t1.2', 't2.1']);
    expect((await fresh.notification('t1', 1)).attempts).toBe(1);
    expect(await fresh.append('t2', 10_000)).toMatchObject({ sequence: 2, endpoints: 2 });
    expect(await fresh.drain('e2')).toEqual(['t2.2']);
    await fresh.drain();
    world.clock.advance(40 * dayMs);
    while ((await fresh.store.retire(30 * dayMs)).more);
    expect([...(await world.listNames())].sort()).toEqual(['t1.2', 't2.2', 't2.2']);
  });

  it('part when the newer one has taken away what the older one needs: it is not started again', async () => {
    await subject.sql(`insert into doorbell.schema_version (version, works_since)
      select max(version) + 2, max(version) + 1 from doorbell.schema_version`);
    const opening = openPostgresStore({ pool: subject.pool, schema: subject.schema, vault: testVault });
    await expect(opening).rejects.toThrow(/can no longer use.*Install the newer Doorbell/);
  });
});
