import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { attemptRow } from '../src/stores/postgres/attempts.ts';
import { backlogSql } from '../src/stores/postgres/backlog.ts';
import { candidatesQuery, isLoose } from '../src/stores/postgres/candidates.ts';
import { claimSql } from '../src/stores/postgres/claim.ts';
import { Database } from '../src/stores/postgres/database.ts';
import { noticesSql } from '../src/stores/postgres/notices.ts';
import { settleSql } from '../src/stores/postgres/settle-sql.ts';
import type { TransactionOptions } from '../src/stores/postgres/transaction.ts';
import { upcomingSql } from '../src/stores/postgres/upcoming.ts';
import { wakeWaitingSql } from '../src/stores/postgres/wake-waiting.ts';
import { delivered, leaseMs, World } from '../src/testing/store-contract/world.ts';
import { openTestStore, type PostgresUnderTest } from './postgres-test-store.ts';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

const lanes = 1_000_000;
/** Tasks and changes are that many; lanes refer to others in name only, which no statement here follows. */
const tasks = 100_000;
/** Far fewer than any scan of a table with a hundred thousand rows would read. */
const pagesMax = 4_000;

/** One endpoint with a million due lanes, and nineteen with a few. */
await describeOnPostgres('with a million lanes due', (server) => {
  let subject: PostgresUnderTest;
  let world: World;

  beforeAll(async () => {
    subject = await openTestStore(server);
    world = new World(subject);
    await world.setUp({ inFlightMax: 1_000 });
    for (let index = 2; index <= 20; index += 1) await world.endpoint(`e${index}`, { inFlightMax: 1_000 });
    await world.customer('c2');
    await subject.sql('update doorbell.endpoint set created_at = 0');
    const at = world.clock.now() - 1_000;
    await subject.sql(`
      insert into doorbell.task (customer_id, house_task_id, house_id, package_id, user_id, user_name, state, last_seq,
          changed_at)
        select case when n % 100 = 0 then 'c2' else 'c1' end, 't' || n, 'h' || n, 'p', 'u', '',
          (array[0, 10000, 20000, 30000, 40000, 45000, 50000, 51000])[1 + n % 8], 1, ${at} - n
        from generate_series(1, ${tasks}) n;
      insert into doorbell.change (task_id, seq, customer_id, state, transition, house_id, package_id, user_id,
          user_name, created_at)
        select id, 1, customer_id, state, 'first', house_id, package_id, user_id, user_name, changed_at
        from doorbell.task;
`);
    // Indexes are built afterwards: in one go, that takes a third of the time.
    const indexes = await subject.sql<{ name: string; definition: string }>(
      `select indexname as name, indexdef as definition from pg_indexes
        where schemaname = $1 and indexname in ('lane_due', 'lane_parked')`,
      subject.schema,
    );
    expect(indexes).toHaveLength(2);
    for (const { name } of indexes) await subject.sql(`drop index doorbell.${name}`);
    await subject.sql(`
      insert into doorbell.lane (endpoint_id, task_id, first_seq, head_seq, tail_seq, due_at)
        select 'e1', n, 1, 1, 1, ${at} from generate_series(1, ${lanes}) n;
      insert into doorbell.lane (endpoint_id, task_id, first_seq, head_seq, tail_seq, due_at)
        select 'e' || (2 + id % 19), id, 1, 1, 1, ${at} from doorbell.task where id <= 190;
      insert into doorbell.pending (endpoint_id, created_at, task_id, seq, lane_id, state)
        select l.endpoint_id, ${at} - l.task_id, l.task_id, 1, l.id,
          (array[0, 10000, 20000, 30000, 40000, 45000, 50000, 51000])[1 + l.task_id % 8]
        from doorbell.lane l order by l.endpoint_id, l.task_id desc`);
    for (const { definition } of indexes) await subject.sql(definition);
    await subject.sql('vacuum analyze doorbell.lane');
    await subject.sql('vacuum analyze doorbell.pending');
    await subject.sql('analyze doorbell.change');
    await subject.sql('analyze doorbell.task');
  }, 180_000);
  afterAll(() => subject?.close());

  /** Runs the statement, undoes it, and returns every node of its plan with what it touched. */
  function explain(text: string, ...values: readonly unknown[]): Promise<readonly Plan[]> {
    return explainWith({}, text, values);
  }

  /** As the statements of every round and the pages of lists are run. */
  function explainByIndex(text: string, ...values: readonly unknown[]): Promise<readonly Plan[]> {
    return explainWith({ byIndex: true }, text, values);
  }

  async function explainWith(
    options: TransactionOptions,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Plan[]> {
    let plan: Plan | undefined;
    const undone = new Error('undone');
    await new Database(subject.pool, subject.schema)
      .transaction(async (session) => {
        const [row] = await session.rows<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
          `explain (analyze, buffers, format json) ${text}`,
          ...values,
        );
        plan = row?.['QUERY PLAN'][0]?.Plan;
        throw undone;
      }, options)
      .catch((error: unknown) => {
        if (error !== undone) throw error;
      });
    if (plan === undefined) throw new Error('no plan');
    return flatten(plan);
  }

  function flatten(plan: Plan): readonly Plan[] {
    return [plan, ...(plan.Plans ?? []).flatMap(flatten)];
  }

  /** Big tables are reached by an index, and few pages are touched. */
  function expectCheap(nodes: readonly Plan[]): void {
    const big = ['lane', 'task', 'change', 'pending'];
    const scans = nodes.filter(
      (node) => node['Node Type'] === 'Seq Scan' && big.includes(node['Relation Name'] ?? ''),
    );
    expect(scans).toEqual([]);
    const [root] = nodes;
    expect((root?.['Shared Hit Blocks'] ?? 0) + (root?.['Shared Read Blocks'] ?? 0)).toBeLessThan(pagesMax);
    // No step yields more rows than a batch and its quotas; a sort or filter of everything would.
    expect(Math.max(...nodes.map((node) => node['Actual Rows'] * node['Actual Loops']))).toBeLessThan(2_000);
  }

  const now = () => world.clock.now();
  const allEndpoints = Array.from({ length: 20 }, (_, index) => `e${index + 1}`);

  it('a claim walks lane_due as far as its quotas', async () => {
    const quotas = allEndpoints.map(() => 10);
    expectCheap(await explainByIndex(claimSql.lease, allEndpoints, quotas, now(), leaseMs));
  });

  it('appending a hundred changes touches their tasks and lanes only', async () => {
    const changes = Array.from({ length: 100 }, (_, index) => ({
      index,
      ...world.change(index % 2 === 0 ? `t${1 + index * 900}` : `new${index}`, 40_000, {
        eventId: `event-${index}`,
      }),
    }));
    const nodes = await explain(
      'select * from doorbell.append_changes($1::jsonb, $2::bigint)',
      JSON.stringify(changes),
      now(),
    );
    // All of it happens within the function: what tells are its pages, some forty for each change and endpoint.
    const [root] = nodes;
    expect(root?.['Actual Rows']).toBe(100);
    const pages = (root?.['Shared Hit Blocks'] ?? 0) + (root?.['Shared Read Blocks'] ?? 0);
    expect(pages / 100 / allEndpoints.length).toBeLessThan(60);
  });

  it('payloads are looked up by their keys', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => index + 1);
    const ones = ids.map(() => 1);
    expectCheap(await explainByIndex(claimSql.changes, ids, ids, ones));
  });

  it('a settlement locks and writes its lanes only', async () => {
    const claims = await world.store.claim({ quotas: [{ endpointId: 'e1', quota: 200 }], leaseMs });
    const ids = claims.map((claim) => claim.laneId);
    const sequences = claims.map((claim) => claim.sequence);
    expectCheap(await explainByIndex(settleSql.lock, ids, sequences, now()));
    const moves = ids.map((id) => ({ lane_id: id, head: 2, attempt: 0, parked: false }));
    const results = claims.map((claim) => ({
      lane_id: claim.laneId,
      endpoint_id: 'e1',
      created_at: claim.change.createdAt,
      task_id: claim.laneId,
      seq: 1,
      state: 10_000,
      result: 1,
    }));
    const texts = [moves, [], results, []].map((rows) => JSON.stringify(rows));
    expectCheap(await explainByIndex(settleSql.write, ...texts, now()));
  });

  it('what was simply delivered is looked up lane by lane, and nothing else is read', async () => {
    const claims = await world.store.claim({ quotas: [{ endpointId: 'e2', quota: 200 }], leaseMs });
    const told = claims.map((claim) => attemptRow(claim.laneId, world.attempt(claim), false));
    const nodes = await explainByIndex(settleSql.plain, now(), ['e2'], JSON.stringify(told));
    expectCheap(nodes);
    expect(claims.length).toBeGreaterThan(0);
    expect(nodes[0]?.['Actual Rows']).toBe(claims.length);
  });

  it('a settlement looks at its lanes only where there are so few that all could be hashed', async () => {
    const few = await openTestStore(server);
    const { schema, sql, pool, close } = few;
    const small = new World(few);
    await small.setUp();
    await sql(`insert into doorbell.task (customer_id, house_task_id, house_id, package_id, user_id, user_name, state,
      last_seq, changed_at) select 'c1', 't' || n, 'h', 'p', 'u', '', 10000, 1, 0 from generate_series(1, 10000) n`);
    await sql(`insert into doorbell.lane (endpoint_id, task_id, first_seq, head_seq, tail_seq, due_at)
      select 'e1', id, 1, 1, 1, 0 from doorbell.task`);
    await sql('vacuum analyze doorbell.lane');
    const ids = Array.from({ length: 100 }, (_, index) => index + 1);
    const text = settleSql.lock.replaceAll('doorbell.', `${schema}.`);
    const { rows } = await pool.query(`explain (verbose) ${text}`, [ids, ids.map(() => 1), 0]);
    expect(JSON.stringify(rows)).not.toContain('hashed SubPlan');
    await close();
  });

  it('what is upcoming takes a few probes for each endpoint', async () => {
    expectCheap(await explainByIndex(upcomingSql.endpoints, now()));
  });

  it('what is upcoming looks at the lanes of one endpoint only, also when all of those are leased', async () => {
    await world.store.claim({ quotas: [{ endpointId: 'e3', quota: 1_000 }], leaseMs });
    const nodes = await explainByIndex(upcomingSql.endpoints, now());
    expectCheap(nodes);
    const due = await world.store.upcoming();
    expect(due.find(({ endpointId }) => endpointId === 'e3')?.dueInMs).toBe(leaseMs);
  });

  it('the statements of every round walk indexes, also when they were planned while every table was empty', async () => {
    const fresh = await openTestStore(server);
    const database = new Database(fresh.pool, fresh.schema);
    const row = JSON.stringify([{ lane_id: 1, endpoint_id: 'e', created_at: 1, task_id: 1, seq: 1 }]);
    const hot = [
      [claimSql.lease, ['e1'], [10], 0, leaseMs],
      [claimSql.changes, [1], [1], [1]],
      [settleSql.lock, [1], [1], 0],
      [settleSql.plain, 0, ['e'], row],
      [settleSql.write, row, '[]', row, '[]', 0],
      [upcomingSql.endpoints, 0],
    ] as const;
    for (const [text, ...parameters] of hot) {
      const plan = await database.transaction(
        (transaction) => transaction.prepared<object>(`explain (format json) ${text}`, ...parameters),
        { byIndex: true },
      );
      expect(JSON.stringify(plan)).not.toMatch(/Seq Scan|Bitmap|Hash Join|Merge Join/);
      expect(JSON.stringify(plan)).toMatch(/Index/);
    }
    await fresh.close();
  });

  it('the statements of every round look up row by row what was empty, or nearly, when it was analyzed', async () => {
    const quiet = await openTestStore(server);
    const database = new Database(quiet.pool, quiet.schema);
    const small = new World(quiet);
    await small.setUp();
    for (const task of ['t1', 't2', 't3']) await small.append(task, 10_000);
    await quiet.sql('vacuum analyze');
    const many = Array.from({ length: 200 }, (_, index) => index);
    const texts = many.map(() => 'e1');
    const row = JSON.stringify([{ lane_id: 1, endpoint_id: 'e', created_at: 1, task_id: 1, seq: 1 }]);
    const hot = [
      [claimSql.lease, texts, many, 0, leaseMs],
      [claimSql.changes, many, many, many],
      [claimSql.supersede, many, texts, many, many, many, 0],
      [claimSql.setAside, many, texts, 0, 0, many],
      [settleSql.lock, many, many, 0],
      [settleSql.plain, 0, ['e1'], row],
      [settleSql.write, row, '[]', row, '[]', 0],
    ] as const;
    for (const [text, ...parameters] of hot) {
      const [planned] = await database.transaction(
        (transaction) =>
          transaction.prepared<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
            `explain (format json) ${text}`,
            ...parameters,
          ),
        { byIndex: true },
      );
      const nodes = planned?.['QUERY PLAN'].flatMap((one) => flatten(one.Plan)) ?? [];
      const scans = nodes.filter(
        (node) =>
          node['Node Type'].endsWith('Scan') &&
          ['lane', 'task', 'change', 'pending', 'reopened'].includes(node['Relation Name'] ?? ''),
      );
      expect(scans.length).toBeGreaterThan(0);
      expect(scans.filter((node) => !('Index Cond' in node || 'TID Cond' in node))).toEqual([]);
    }
    await quiet.close();
  });

  it('due notices take one probe for each endpoint', async () => {
    expectCheap(await explain(noticesSql.lease, now(), 10, leaseMs));
  });

  it('waking finds nothing to do among lanes that are due', async () => {
    expectCheap(await explainByIndex(wakeWaitingSql.wake, 'e1', now(), now(), 1_000));
  });

  it('the backlog counts an index, and probes the rest', async () => {
    const nodes = await explain(backlogSql.backlog, now());
    expect(nodes.map((node) => node['Node Type'])).toContain('Index Only Scan');
    expect(
      nodes.filter((node) => node['Relation Name'] === 'lane' && node['Node Type'] === 'Seq Scan'),
    ).toEqual([]);
  });

  it('what was delivered is found behind all that waits', async () => {
    const first = { customerId: 'c3', houseTaskId: 'first', houseId: 'h', packageId: 'p', userId: 'u' };
    await world.customer('c3');
    await world.endpoint('e99', { customerId: 'c3' });
    await world.store.append([{ ...first, userName: '', state: 10_000, extra: {}, eventId: null }]);
    await world.deliver(delivered, 'e99');
    await subject.sql(`update doorbell.settled_minute set minute = 5`);
    await subject.sql(`alter table doorbell.change disable trigger change_is_append_only`);
    await subject.sql(`update doorbell.change set created_at = 300000 where customer_id = 'c3'`);
    const page = await world.store.listNotifications({ result: 1 }, { limit: 50 });
    expect(page.items.map(({ houseTaskId }) => houseTaskId)).toEqual(['first']);
    expect(page.next).toBeNull();
  });

  it.each([
    ['everything', {}],
    ['what waits', { result: 0 }],
    ['what waits for one endpoint', { result: 0, endpointId: 'e1' }],
    ['what failed', { result: 3 }],
    ['one task', { houseTaskId: 't77' }],
    ['one house', { houseId: 'h77' }],
    ['one customer', { customerId: 'c1' }],
    ['a small customer', { customerId: 'c2' }],
    ['one state', { state: 10_000 }],
    ['what was delivered', { result: 1 }],
    ['what was delivered to one endpoint', { result: 1, endpointId: 'e1' }],
    ['what failed in one state', { result: 3, state: 20_000 }],
  ] as const)('a page of %s reads little more than it shows', async (_what, filter) => {
    const query = candidatesQuery({
      filter,
      direction: 'newest-first',
      after: undefined,
      limit: 51,
      unfiltered: isLoose(filter),
    });
    expectCheap(await explain(query.text, ...query.parameters));
  });

  it.each([20_000, 52_000])('a page of what waits in state %i looks through a part of it', async (state) => {
    const walk = {
      filter: { result: 0, state },
      direction: 'newest-first',
      after: undefined,
      limit: 51,
    } as const;
    const query = candidatesQuery(walk);
    const rows = await new Database(subject.pool, subject.schema).transaction(
      (session) =>
        session.rows<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
          `explain (analyze, buffers, format json) ${query.text}`,
          ...query.parameters,
        ),
      { byIndex: true },
    );
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
    const nodes = plan === undefined ? [] : flatten(plan);
    expect(nodes.length).toBeGreaterThan(0);
    const big = ['lane', 'task', 'change', 'pending'];
    const scans = nodes.filter(
      (node) => node['Node Type'] === 'Seq Scan' && big.includes(node['Relation Name'] ?? ''),
    );
    expect(scans).toEqual([]);
    // Twenty endpoints, of which one has more than the part that is looked through.
    expect(Math.max(...nodes.map((node) => node['Actual Rows'] * node['Actual Loops']))).toBeLessThan(21_000);
  });

  it('a page of one state at an endpoint that has few walks the changes of that state, and no more', async () => {
    const filter = { endpointId: 'e2', state: 10_000 };
    const query = candidatesQuery({
      filter,
      direction: 'newest-first',
      after: undefined,
      limit: 51,
      unfiltered: isLoose(filter),
    });
    const nodes = await explain(query.text, ...query.parameters);
    const scanned = nodes
      .filter((node) => node['Node Type'] === 'Seq Scan')
      .map((node) => node['Relation Name']);
    expect(scanned.filter((name) => name === 'lane' || name === 'change')).toEqual([]);
    const rows = nodes.map((node) => node['Actual Rows'] * node['Actual Loops']);
    expect(Math.max(...rows)).toBeLessThanOrEqual(tasks / 8 + 1_000);
  });
});
