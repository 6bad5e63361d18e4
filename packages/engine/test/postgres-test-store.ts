import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { PostgresServer } from '../../../test/postgres-server.ts';
import { migratePostgres, openPostgresStore, type PostgresStore } from '../src/stores/postgres/index.ts';
import type { StoreUnderTest } from '../src/testing/store-contract.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { createVault, type Vault } from '../src/vault.ts';

export interface PostgresUnderTest extends StoreUnderTest {
  readonly store: PostgresStore;
  readonly pool: pg.Pool;
  readonly schema: string;
  /** Another worker: a pool of its own over the same schema, with the same key and clock. */
  another(): Promise<PostgresStore>;
  /** Runs a statement in which `doorbell.` stands for the schema. */
  sql<Row extends pg.QueryResultRow>(text: string, ...values: readonly unknown[]): Promise<readonly Row[]>;
}

export const testVault: Vault = createVault(new Uint8Array(32).fill(7), randomBytes);

/** A schema of its own on the server; with `serverClock` times are the server's, as in production. */
export async function openTestStore(
  server: Pick<PostgresServer, 'url'>,
  { serverClock = false }: { readonly serverClock?: boolean } = {},
): Promise<PostgresUnderTest> {
  const schema = `doorbell_test_${randomBytes(6).toString('hex')}`;
  const clock = new VirtualClock();
  const pools: pg.Pool[] = [];
  const newPool = (): pg.Pool => {
    const pool = new pg.Pool({ connectionString: server.url, max: 5, pipeline: true });
    pool.on('error', () => {});
    pools.push(pool);
    return pool;
  };
  const pool = newPool();
  await migratePostgres({ pool, schema });
  const open = (own: pg.Pool) =>
    openPostgresStore({ pool: own, schema, vault: testVault, ...(serverClock ? {} : { clock }) });
  return {
    store: await open(pool),
    clock,
    pool,
    schema,
    another: () => open(newPool()),
    async sql<Row extends pg.QueryResultRow>(text: string, ...values: readonly unknown[]) {
      const named = text.replaceAll('doorbell.', `${schema}.`);
      return (await pool.query<Row>(named, values.length === 0 ? undefined : [...values])).rows;
    },
    async close() {
      await pool.query(`drop schema ${schema} cascade`);
      for (const each of pools) await each.end();
    },
  };
}
