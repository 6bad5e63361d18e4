import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { contend } from '../contend.ts';
import { openPlace, type StorePlace } from '../doorbell/open-store.ts';
import { draftOfEndpoint } from '../workload.ts';
import { customerName, customerNumbers, historyEndpoints, shapeOfHistory } from './shape.ts';
import { type Dialect, historyStatements } from './statements.ts';

interface FillTask {
  readonly place: StorePlace;
  readonly notificationsMin: number;
}

/** Writes a month of notifications into an empty database, by statements of its own: appending them would take hours. */
async function fill({ place, notificationsMin }: FillTask): Promise<{ readonly notifications: number }> {
  const shape = shapeOfHistory(notificationsMin, Date.now());
  await createEndpoints(place);
  if ('sqlite' in place) fillSqlite(place.sqlite, (dialect) => historyStatements(shape, dialect));
  else await fillPostgres(place.postgres, shape.now, (dialect) => historyStatements(shape, dialect));
  return { notifications: shape.notifications };
}

async function createEndpoints(place: StorePlace): Promise<void> {
  const store = await openPlace(place);
  for (const customer of customerNumbers) {
    const id = customerName(customer);
    await store.putCustomer({ id, name: id, onIllegalTransition: 'flag' });
  }
  for (const { id, customer, pausedForDays } of historyEndpoints) {
    const draft = draftOfEndpoint(customerName(customer), 'https://customer.example');
    await store.putEndpoint({ ...draft, id });
    if (pausedForDays !== undefined) await store.pauseEndpoint(id, 'unauthorized', 'The key was wrong.');
  }
  await store.close();
}

type StatementsOf = (dialect: Dialect) => readonly string[];

/** Indexes are built afterwards: in one go, that takes a fraction of the time. */
function fillSqlite(path: string, statementsOf: StatementsOf): void {
  const database = new DatabaseSync(path);
  database.exec('pragma journal_mode = delete; pragma synchronous = off; pragma cache_size = -1000000');
  const indexes = database
    .prepare(
      `select name, sql from sqlite_schema where type = 'index' and sql is not null
        and tbl_name in ('task', 'change', 'closed', 'attempt')`,
    )
    .all();
  for (const { name } of indexes) database.exec(`drop index ${name}`);
  const numbers = (count: number) =>
    `numbers (n) as (select 1 union all select n + 1 from numbers where n < ${count})`;
  for (const text of statementsOf({ schema: '', numbers, givenIds: '', no: '0' })) database.exec(text);
  for (const { sql } of indexes) database.exec(String(sql));
  database.exec('pragma journal_mode = wal');
  database.close();
}

async function fillPostgres(url: string, now: number, statementsOf: StatementsOf): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    "set synchronous_commit = off; set maintenance_work_mem = '1GB'; set work_mem = '256MB'",
  );
  await makeAttemptDays(client, now);
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select i.indexname as name, i.indexdef as definition from pg_indexes i
      where i.schemaname = 'doorbell' and i.tablename in ('task', 'change', 'closed')
        and not exists (select from pg_constraint c where c.conname = i.indexname)`,
  );
  for (const { name } of indexes) await client.query(`drop index doorbell.${name}`);
  // A series is planned by its true length, a recursion as if it were short.
  const numbers = (count: number) => `numbers (n) as (select g::bigint from generate_series(1, ${count}) g)`;
  const dialect = { schema: 'doorbell.', numbers, givenIds: 'overriding system value', no: 'false' };
  for (const text of statementsOf(dialect)) await client.query(text);
  for (const { definition } of indexes) await client.query(definition);
  await client.query(
    `select setval(pg_get_serial_sequence('doorbell.task', 'id'), (select max(id) from doorbell.task))`,
  );
  await client.query('vacuum analyze');
  await client.end();
}

/** As the server would have made them day by day. */
async function makeAttemptDays(client: pg.Client, now: number): Promise<void> {
  const dayMs = 86_400_000;
  for (let day = Math.floor(now / dayMs) * dayMs - 30 * dayMs; day < now - dayMs; day += dayMs) {
    const table = `attempt_d${new Date(day).toISOString().slice(0, 10).replaceAll('-', '')}`;
    await client.query(
      `create table if not exists doorbell.${table} partition of doorbell.attempt for values from (${day}) to (${day + dayMs})`,
    );
  }
}

contend({ fill });
