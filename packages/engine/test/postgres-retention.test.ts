import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { dayMs } from '../src/retention.ts';
import { appendWithin } from '../src/stores/postgres/index.ts';
import { attemptsOf } from '../src/stores/postgres/notifications.ts';
import { delivered, leaseMs, retryIn, World } from '../src/testing/store-contract/world.ts';
import { openTestStore, type PostgresUnderTest } from './postgres-test-store.ts';

const retentionMs = 30 * dayMs;

await describeOnPostgres('retention on PostgreSQL', (server) => {
  let subject: PostgresUnderTest;
  let world: World;

  // The clock stands at 2026-01-01.
  beforeEach(async () => {
    subject = await openTestStore(server);
    world = new World(subject);
    await world.setUp();
    await world.store.retire(retentionMs);
  });
  afterEach(() => subject.close());

  async function retireAll(days: number): Promise<void> {
    world.clock.advance(days * dayMs);
    while ((await world.store.retire(retentionMs)).more);
  }

  async function dayTables(): Promise<readonly string[]> {
    const rows = await subject.sql<{ name: string }>(
      `select relname as name from pg_class where relname like 'attempt_d%' and relkind = 'r'
        and relnamespace = $1::regnamespace order by 1`,
      subject.schema,
    );
    return rows.map(({ name }) => name);
  }

  async function tablesOfAttempts(): Promise<readonly string[]> {
    const rows = await subject.sql<{ name: string }>(
      `select c.relname as name from doorbell.attempt a join pg_class c on c.oid = a.tableoid order by a.epoch`,
    );
    return rows.map(({ name }) => name);
  }

  it('has a table for today and each of the next seven days', async () => {
    const tables = await dayTables();
    expect(tables).toHaveLength(8);
    expect(tables[0]).toBe('attempt_d20260101');
    expect(tables[7]).toBe('attempt_d20260108');
    await world.append('t1', 10_000);
    await world.drain();
    expect(await tablesOfAttempts()).toEqual(['attempt_d20260101']);
  });

  it('drops a day when all of it is old, and makes the next ones', async () => {
    await world.append('t1', 10_000);
    await world.drain();
    await retireAll(30);
    expect(await tablesOfAttempts()).toEqual(['attempt_d20260101']);
    await retireAll(1);
    expect(await tablesOfAttempts()).toEqual([]);
    const tables = await dayTables();
    expect(tables[0]).toBe('attempt_d20260102');
    expect(tables.at(-1)).toBe('attempt_d20260208');
  });

  it('looks for the attempts of a notification in the tables from a day before its change on', async () => {
    await world.append('t1', 10_000);
    await world.drain();
    await retireAll(5);
    await world.append('t2', 10_000);
    await world.drain();
    const { items } = await world.store.listNotifications({}, { limit: 9 });
    expect(items.map(({ houseTaskId, attempts }) => [houseTaskId, attempts])).toEqual([
      ['t2', 1],
      ['t1', 1],
    ]);
    const plan = await subject.sql<{ 'QUERY PLAN': string }>(
      `explain (analyze, costs off, timing off, summary off)
        select (select count(*) from doorbell.attempt a where ${attemptsOf})
        from doorbell.lane l join doorbell.change c on c.task_id = l.task_id join doorbell.task t on t.id = l.task_id
        where t.house_task_id = 't2'`,
    );
    const scans = plan.map((row) => row['QUERY PLAN']).filter((line) => line.includes('on attempt_d'));
    const days = (lines: readonly string[]) => lines.map((line) => /attempt_d\d{6}(\d\d)/.exec(line)?.[1]);
    const looked = days(scans.filter((line) => !line.includes('never executed')));
    expect(days(scans).slice(0, 6)).toEqual(['01', '02', '03', '04', '05', '06']);
    expect([looked[0], looked.includes('06')]).toEqual(['05', true]);
  });

  it('records what finds no day of its own among the rest, and leaves that day there', async () => {
    world.clock.advance(20 * dayMs);
    await world.append('t1', 10_000);
    await world.drain();
    await world.store.retire(retentionMs);
    expect(await tablesOfAttempts()).toEqual(['attempt_rest']);
    expect(await dayTables()).not.toContain('attempt_d20260121');
    expect(await dayTables()).toContain('attempt_d20260122');
    await retireAll(31);
    expect(await tablesOfAttempts()).toEqual([]);
  });

  it('moves the attempts of what waits out of a day that is dropped', async () => {
    await world.appendMany('t1', 2);
    await world.deliver(delivered);
    await world.deliver(retryIn(1));
    await world.store.pauseEndpoint('e1', 'operator', '');
    await retireAll(40);
    expect(await tablesOfAttempts()).toEqual(['attempt_rest']);
    expect(await world.notification('t1', 2)).toMatchObject({ result: 0, attempts: 1 });
    expect(await world.store.listAttempts(await world.notification('t1', 2))).toMatchObject([{ epoch: 2 }]);
  });

  it('keeps the attempts of what is reopened while a day waits to be dropped', async () => {
    await world.append('t1', 10_000);
    await world.drain();
    const { laneId, sequence } = await world.notification('t1', 1);
    world.clock.advance(31 * dayMs);
    const reader = await subject.pool.connect();
    await reader.query('begin');
    await reader.query(`select count(*) from ${subject.schema}.attempt_d20260101`);
    const retiring = world.store.retire(retentionMs);
    const waiting = async () =>
      await subject.sql(
        `select 1 from pg_locks where not granted and relation = $1::regclass`,
        `${subject.schema}.attempt_d20260101`,
      );
    while ((await waiting()).length === 0);
    expect(await world.store.resend({ laneId, sequence }, 1)).toEqual({ resent: 1 });
    await reader.query('rollback');
    reader.release();
    expect(await retiring).toMatchObject({ more: true });
    expect(await dayTables()).not.toContain('attempt_d20260101');
    expect(await world.store.listAttempts({ laneId, sequence })).toHaveLength(1);
  });

  it('is the work of one worker at a time: the others have nothing to do', async () => {
    await world.appendMany('t1', 2);
    await world.drain();
    world.clock.advance(40 * dayMs);
    const other = await subject.pool.connect();
    try {
      await other.query('begin');
      // As a worker holds it, in this schema.
      await other.query(`select pg_advisory_xact_lock(hashtext($1))`, [`"${subject.schema}".retire`]);
      const idle = { attempts: 0, changes: 0, notices: 0, more: false };
      expect(await world.store.retire(retentionMs)).toEqual(idle);
      await other.query('commit');
    } finally {
      other.release();
    }
    expect((await world.store.retire(retentionMs)).more).toBe(true);
  });

  it('leaves a task alone while a producer has it locked, and waits for nobody', async () => {
    await world.appendMany('t1', 2);
    await world.drain();
    const producer = await subject.pool.connect();
    try {
      await producer.query('begin');
      await appendWithin(producer, [world.change('t1', 30_000)], { schema: subject.schema });
      await retireAll(40);
      await producer.query('commit');
    } finally {
      producer.release();
    }
    const [task] = await world.store.findTasks('t1');
    expect(task?.changes.map((change) => change.sequence)).toEqual([1, 2, 3]);
  });

  it('gives way to whoever reads attempts for long, and settlements are not held up for longer', async () => {
    await world.append('t1', 10_000);
    await world.drain();
    const reader = await subject.pool.connect();
    try {
      await reader.query('begin');
      await reader.query(`select count(*) from ${subject.schema}.attempt`);
      world.clock.advance(40 * dayMs);
      // Waits for its lock for a second, as the database counts.
      await world.store.retire(retentionMs);
      await world.append('t1', 20_000);
      expect(await world.drain()).toEqual(['t1.2']);
      await reader.query('commit');
    } finally {
      reader.release();
    }
    await retireAll(0);
    expect(await dayTables()).not.toContain('attempt_d20260101');
  });

  it('takes a change away for no other: the ledger stays append-only', async () => {
    await world.appendMany('t1', 2);
    await world.drain();
    await retireAll(40);
    await expect(subject.sql('delete from doorbell.change')).rejects.toThrow(/append-only/);
    await expect(subject.sql('update doorbell.change set state = 0')).rejects.toThrow(/append-only/);
  });

  it('replaces the record of a lost lease by what is told late, wherever that is recorded', async () => {
    await world.append('t1', 10_000);
    const late = await world.claimOne();
    world.clock.advance(dayMs + leaseMs);
    const present = await world.claimOne();
    expect(await world.store.listAttempts(late)).toMatchObject([{ reason: 'lost' }]);
    world.clock.advance(dayMs);
    expect(await world.settle(late, delivered)).toBe('fenced');
    expect(await world.settle(late, delivered)).toBe('fenced');
    expect(await world.settle(present, delivered)).toBe('applied');
    expect(await world.store.listAttempts(late)).toMatchObject([
      { epoch: 1, reason: 'envelope-200', fenced: true },
      { epoch: 2, reason: 'envelope-200', fenced: false },
    ]);
  });
});
