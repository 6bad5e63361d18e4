import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { probeEveryMs } from '../src/breaker.ts';
import { appendWithin, openPostgresStore } from '../src/stores/postgres/index.ts';
import { delivered, leaseMs, nameOf, retryIn, World } from '../src/testing/store-contract/world.ts';
import { openTestStore, type PostgresUnderTest, testVault } from './postgres-test-store.ts';

await describeOnPostgres('several workers over one PostgreSQL database', (server) => {
  let subject: PostgresUnderTest;
  let world: World;

  beforeEach(async () => {
    subject = await openTestStore(server);
    world = new World(subject);
  });
  afterEach(() => subject.close());

  const tasks = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

  it('never claim one lane twice, and together claim all', async () => {
    await world.setUp({ inFlightMax: 1_000 });
    await world.store.append(tasks(300).map((task) => world.change(task, 10_000)));
    const other = await subject.another();
    const request = { quotas: [{ endpointId: 'e1', quota: 40 }], leaseMs };
    const claimed: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const stores = [world.store, other, world.store, other];
      const claims = await Promise.all(stores.map((store) => store.claim(request)));
      claimed.push(...claims.flat().map((claim) => claim.laneId));
    }
    expect(claimed).toHaveLength(300);
    expect(new Set(claimed).size).toBe(300);
  });

  it('send one probe between them when the breaker is open', async () => {
    await world.setUp();
    await world.store.append(tasks(20).map((task) => world.change(task, 10_000)));
    for (const claim of (await world.claim('e1', 10)).slice(0, 10)) await world.settle(claim, retryIn(1));
    world.clock.advance(probeEveryMs);
    const other = await subject.another();
    const request = { quotas: [{ endpointId: 'e1', quota: 100 }], leaseMs };
    const claims = await Promise.all([0, 1, 2, 3].map((n) => (n % 2 ? other : world.store).claim(request)));
    expect(claims.flat()).toHaveLength(1);
  });

  it('see a pause, an edit and a new key of another at the next claim', async () => {
    await world.setUp();
    await world.append('t1', 10_000);
    const other = await subject.another();
    await other.pauseEndpoint('e1', 'operator', '');
    expect(await world.claim()).toEqual([]);
    await other.resumeEndpoint('e1');
    await other.rotateSignKey('e1', 'k2', 1_000);
    expect((await world.claimOne()).endpoint).toMatchObject({ signKey: 'k2', pause: null });
  });

  it('settle while somebody keeps the row of the endpoint, and pause it at the next answer', async () => {
    await world.setUp();
    await world.append('t1', 10_000);
    const holder = await subject.pool.connect();
    await holder.query('begin');
    await holder.query(`select 1 from ${subject.schema}.endpoint where id = 'e1' for update`);
    const pause = { kind: 'pause', reason: 'unauthorized', detail: '401' } as const;
    expect(await world.settle(await world.claimOne(), pause)).toBe('applied');
    expect((await world.store.findEndpoint('e1'))?.pause).toBeNull();
    await holder.query('rollback');
    holder.release();
    expect(await world.settle(await world.claimOne(), pause)).toBe('applied');
    expect((await world.store.findEndpoint('e1'))?.pause).toMatchObject({ reason: 'unauthorized' });
  });

  it('find what waits due in the moment in which its endpoint is resumed', async () => {
    await world.setUp();
    await world.append('t1', 10_000);
    await world.settle(await world.claimOne(), retryIn(3_600_000));
    await world.store.pauseEndpoint('e1', 'operator', '');
    await world.store.resumeEndpoint('e1');
    // By one transaction: no crash can come in between.
    const [row] = await subject.sql<{ at_once: boolean }>(
      'select e.xmin = l.xmin as at_once from doorbell.endpoint e join doorbell.lane l on l.endpoint_id = e.id',
    );
    expect(row).toEqual({ at_once: true });
    await world.claimOne();
  });

  it('fence the one whose lane was claimed by another since', async () => {
    await world.setUp();
    await world.append('t1', 10_000);
    const late = await world.claimOne();
    world.clock.advance(leaseMs);
    const other = await subject.another();
    const [present] = await other.claim({ quotas: [{ endpointId: 'e1', quota: 1 }], leaseMs });
    expect(present).toMatchObject({ laneId: late.laneId, epoch: 2, attempt: 2 });
    expect(await world.settle(late, delivered)).toBe('fenced');
    if (present === undefined) throw new Error('nothing claimed');
    expect(await other.settle([world.settlement(present, delivered)])).toEqual(['applied']);
  });

  it('number a task densely when they append to it at once', async () => {
    await world.setUp();
    const other = await subject.another();
    const appended = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        (index % 2 ? other : world.store).append([world.change('t1', 40_000)]),
      ),
    );
    const sequences = appended.flat().map((each) => each.sequence);
    expect(sequences.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  it('are told that a lane is busy while a producer has it locked, and settle the others', async () => {
    await world.setUp();
    await world.store.append(['t1', 't2'].map((task) => world.change(task, 10_000)));
    const claims = await world.claim();
    const producer = await subject.pool.connect();
    try {
      await producer.query('begin');
      await appendWithin(producer, [world.change('t1', 20_000)], { schema: subject.schema });
      const settlements = claims.map((claim) => world.settlement(claim, delivered));
      expect(await world.store.settle(settlements)).toEqual(['busy', 'applied']);
      expect(claims[0] && (await world.store.listAttempts(claims[0]))).toEqual([]);
      expect(await world.claim()).toEqual([]);
      await producer.query('commit');
      expect(await world.store.settle(settlements)).toEqual(['applied', 'fenced']);
    } finally {
      producer.release();
    }
    expect((await world.claim()).map(nameOf)).toEqual(['t1.2']);
  });

  it('do not deadlock with batches that touch the same tasks in any order', async () => {
    await world.setUp({ inFlightMax: 1_000 });
    await world.endpoint('e2', { inFlightMax: 1_000 });
    const other = await subject.another();
    const names = tasks(40);
    const before = await deadlocks();
    const work = Array.from({ length: 12 }, async (_, round) => {
      const store = round % 2 ? other : world.store;
      const order = round % 3 ? names : [...names].reverse();
      await store.append(order.map((task) => world.change(task, 40_000)));
      const quotas = ['e2', 'e1'].map((endpointId) => ({ endpointId, quota: 30 }));
      const claims = await store.claim({ quotas, leaseMs });
      await store.resend({ result: 1 }, 50);
      await store.settle(claims.map((claim) => world.settlement(claim, delivered)));
    });
    await Promise.all(work);
    expect(await deadlocks()).toBe(before);
    const rows = await subject.sql<{ n: string }>('select count(*) n from doorbell.change');
    expect(Number(rows[0]?.n)).toBe(12 * 40);
  });

  async function deadlocks(): Promise<number> {
    const rows = await subject.sql<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    return Number(rows[0]?.deadlocks);
  }

  it('keep an answer that no text of PostgreSQL can hold, and everything else of the batch', async () => {
    await world.setUp();
    await world.store.append(['t1', 't2'].map((task) => world.change(task, 10_000)));
    const [poisoned, sound] = await world.claim();
    if (poisoned === undefined || sound === undefined) throw new Error('two lanes were due');
    const attempt = world.attempt(poisoned, { responseBody: 'a\0b\ud800c', responseState: 1e30 });
    const settlements = [
      world.settlement(poisoned, delivered, { attempts: [attempt] }),
      world.settlement(sound, delivered),
    ];
    expect(await world.store.settle(settlements)).toEqual(['applied', 'applied']);
    expect(await world.store.listAttempts(poisoned)).toMatchObject([
      { responseBody: 'a\ufffdb\ufffdc', responseState: 1e30 },
    ]);
  });

  it('settle the rest of a batch when one record cannot be stored at all', async () => {
    await world.setUp();
    await world.store.append(['t1', 't2'].map((task) => world.change(task, 10_000)));
    const [poisoned, sound] = await world.claim();
    if (poisoned === undefined || sound === undefined) throw new Error('two lanes were due');
    const attempt = world.attempt(poisoned, { httpStatus: 1e12 });
    const settlements = [
      world.settlement(poisoned, delivered, { attempts: [attempt] }),
      world.settlement(sound, delivered),
    ];
    expect(await world.store.settle(settlements)).toEqual(['applied', 'applied']);
    expect(await world.store.listAttempts(poisoned)).toMatchObject([
      { httpStatus: null, detail: expect.stringMatching(/could not be stored/) },
    ]);
    expect(await world.claim()).toEqual([]);
  });

  it('pass over a lane whose change cannot be read, record why, and try it later', async () => {
    await world.setUp();
    await world.store.append(['t1', 't2'].map((task) => world.change(task, 10_000)));
    await subject.sql('alter table doorbell.change disable trigger user');
    await subject.sql('delete from doorbell.change where task_id = (select min(id) from doorbell.task)');
    expect((await world.claim()).map(nameOf)).toEqual(['t2.1']);
    const [attempt] = await subject.sql('select reason, detail from doorbell.attempt');
    expect(attempt).toMatchObject({ reason: 'internal-error', detail: 'Change 1 does not exist.' });
    expect(await world.claim()).toEqual([]);
  });

  it('need nothing of a session: every transaction may run on another connection', async () => {
    await world.setUp();
    const pool = new pg.Pool({ connectionString: server.url, maxUses: 1, max: 2 });
    const store = await openPostgresStore({ pool, schema: subject.schema, vault: testVault });
    await store.append([world.change('t1', 10_000), world.change('t2', 10_000)]);
    const claims = await store.claim({ quotas: [{ endpointId: 'e1', quota: 9 }], leaseMs });
    expect(await store.settle(claims.map((claim) => world.settlement(claim, delivered)))).toEqual([
      'applied',
      'applied',
    ]);
    expect(await store.resend({ result: 1 }, 9)).toEqual({ resent: 2 });
    await pool.end();
  });
});
