import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { alertFilterValues } from '../src/stores/alert-row.ts';
import { alertMessagesSql } from '../src/stores/postgres/alert-messages.ts';
import { alertSignsSql } from '../src/stores/postgres/alert-signs.ts';
import { alertsSql } from '../src/stores/postgres/alerts.ts';
import { pendingSql } from '../src/stores/postgres/pending.ts';
import { rollupsSql } from '../src/stores/postgres/rollups.ts';
import { countColumns } from '../src/stores/rollup-row.ts';
import { putChannel } from '../src/testing/store-contract/alert-channel-cases.ts';
import { World } from '../src/testing/store-contract/world.ts';
import { openTestStore, type PostgresUnderTest } from './postgres-test-store.ts';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

/** Many years of a busy installation. */
const alerts = 200_000;
const endpoints = 5_000;

await describeOnPostgres('with two hundred thousand alerts that are over', (server) => {
  let subject: PostgresUnderTest;
  let world: World;

  beforeAll(async () => {
    subject = await openTestStore(server);
    world = new World(subject);
    await world.setUp();
    await putChannel(world);
    await subject.sql(`
      insert into doorbell.alert (kind, endpoint_id, customer_id, detail, raised_at, cleared_at)
        select 'breaker-open', 'e' || n / 4000, 'c1', '{}', n, case when n % 40000 = 0 then null else ${alerts} + n end
        from generate_series(1, ${alerts}) n;
      insert into doorbell.alert_message (alert_id, channel_id, event, queued_at, due_at, done_at, outcome)
        select a.id, 'group', e.event, 1, null, 2, 'sent' from doorbell.alert a, (values ('raised'), ('cleared')) e (event)
        where a.cleared_at is not null;
      insert into doorbell.alert_message (alert_id, channel_id, event, queued_at, due_at)
        select a.id, 'group', 'raised', 1, 1 from doorbell.alert a where a.cleared_at is null`);
    // Ten have paused, and ten refused something in one of ten minutes.
    await subject.sql(`
      insert into doorbell.endpoint (id, customer_id, url, revision, coalesce_policy, on_give_up, in_flight_max,
          connect_timeout_ms, total_timeout_ms, retry_horizon_ms, paused_at, pause_reason, created_at, updated_at)
        select 'x' || n, 'c1', 'https://e.example/', 'seed', 'every', 'continue', 1, 1, 1, 1,
          case when n <= 10 then 1 end, 'operator', 1, 1 from generate_series(1, ${endpoints}) n;
      insert into doorbell.pending (endpoint_id, created_at, task_id, seq, lane_id, state)
        select 'x' || n % 20, n, n, 1, n, 10000 from generate_series(1, 100000) n;
      insert into doorbell.rollup (span_ms, endpoint_id, at, ${countColumns.join(', ')})
        select 60000, 'x' || n, m * 60000, 5, case when n <= 10 and m = 7 then 5 else 0 end,
          ${countColumns.slice(2).map(() => 0)} from generate_series(1, ${endpoints}) n, generate_series(1, 10) m`);
    for (const table of ['alert', 'alert_message', 'endpoint', 'pending', 'rollup'])
      await subject.sql(`vacuum analyze doorbell.${table}`);
  }, 120_000);
  afterAll(() => subject?.close());

  const now = () => world.clock.now();
  const condition = JSON.stringify([
    { kind: 'refusals', endpoint_id: 'e1', customer_id: 'c1', detail: '{}' },
    { kind: 'breaker-open', endpoint_id: 'e2', customer_id: 'c1', detail: '{}' },
  ]);
  const settled = JSON.stringify([{ id: 1, delay_ms: null, outcome: 'sent' }]);
  const ids = [40_000, 80_000];
  /** Those run so: the statistics of a queue say little of what waits in it now. */
  const byIndex = new Set<string>([
    'who is paused',
    'who waits for long',
    'who refuses',
    'what waits at each endpoint',
  ]);
  const everything = alertFilterValues({});

  it.each([
    ['what holds', alertsSql.uncleared, []],
    ['raising', alertsSql.raise, [condition, 1]],
    ['locking what ends', alertsSql.lockHolding, [ids]],
    ['clearing', alertsSql.clear, [ids, 1]],
    ['a page', alertsSql.list, [alerts + 1, ...everything, 51]],
    [
      'a page of what is open',
      alertsSql.listUncleared,
      [alerts + 1, ...alertFilterValues({ state: 'open' }), 51],
    ],
    ['acknowledging', alertsSql.acknowledge, [40_000, 1, 'ops']],
    ['forgetting', alertsSql.retire, [alerts * 3, alerts, 1_000]],
    ['free channels', alertMessagesSql.free, [5]],
    ['what a channel is to be told', alertMessagesSql.due, ['group', 5, 5]],
    ['counting tries', alertMessagesSql.count, [ids]],
    ['settling messages', alertMessagesSql.settle, [settled, 5]],
    ['what waits at each endpoint', pendingSql.ofEndpoints, [['e1', 'e2'], 1]],
    ['who is paused', alertSignsSql.held, []],
    ['who waits for long', alertSignsSql.waiting, [200_000, 50_000]],
    ['who refuses', alertSignsSql.refusing, [600_000, 300_000, 5]],
    ['the sums of each endpoint', rollupsSql.sum, [60_000, ['e1', 'e2'], 0, 5]],
  ] as const)('%s is found by an index, in a few pages', async (what, text, values) => {
    const client = await subject.pool.connect();
    await client.query('begin');
    if (byIndex.has(what))
      await client.query('set local enable_seqscan = off; set local enable_bitmapscan = off');
    const named = text.replaceAll('doorbell.', `${subject.schema}.`);
    const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
      `explain (analyze, buffers, format json) ${named}`,
      [...values],
    );
    await client.query('rollback');
    client.release();
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
    if (plan === undefined) throw new Error('no plan');
    const big = ['alert', 'alert_message', 'endpoint', 'pending', 'rollup'];
    const scans = flatten(plan).filter(
      (node) => node['Node Type'] === 'Seq Scan' && big.includes(node['Relation Name'] ?? ''),
    );
    expect(scans).toEqual([]);
    // Forgetting takes the messages of a thousand alerts with it, by its foreign key.
    const pagesMax = what === 'forgetting' ? 20_000 : 200;
    expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(pagesMax);
  });

  it('looks for alerts, and tells of them, as it does with none', async () => {
    expect(await world.store.listUnclearedAlerts()).toHaveLength(5);
    expect(await world.store.claimAlertDispatches(5, now())).toHaveLength(1);
  });

  function flatten(plan: Plan): readonly Plan[] {
    return [plan, ...(plan.Plans ?? []).flatMap(flatten)];
  }
});
