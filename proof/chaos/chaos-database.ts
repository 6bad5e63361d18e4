import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../../test/postgres-server.ts';
import type { Span } from './doubt.ts';
import { witnessSql } from './witness-sql.ts';

export interface ChaosDatabase {
  readonly version: string;
  /** Of a database of its own, as seen by a process of this name. */
  urlFor(processName: string): string;
  /** Tried until it works: only for what may run twice. */
  query<Row extends pg.QueryResultRow>(text: string, ...values: readonly unknown[]): Promise<readonly Row[]>;
  /** Undefined when the server is not ours to restart. */
  readonly restart: (() => Promise<void>) | undefined;
  /** When the server was restarting. */
  readonly away: readonly Span[];
  /** When which process lost a connection. */
  readonly terminated: readonly Terminated[];
  /** Returns the name of the process whose backend was ended, or undefined when there was none. */
  terminateBackend(roll: number): Promise<string | undefined>;
  stop(): Promise<void>;
}

export interface Terminated extends Span {
  readonly process: string;
}

const retryMs = 100;
/** A minute: a server that recovers from a crash while much else runs may take a quarter of it. */
const triesMax = 600;

/** A database of its own on the server at DATABASE_URL, or on one that is started here. */
export async function openChaosDatabase(): Promise<ChaosDatabase> {
  const server = await startPostgres('the chaos run');
  if (server === undefined) throw new Error('There is no PostgreSQL: install it, or set DATABASE_URL.');
  try {
    return await createDatabase(server);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function createDatabase(server: PostgresServer): Promise<ChaosDatabase> {
  const database = `doorbell_chaos_${randomBytes(4).toString('hex')}`;
  const urlFor = (processName: string): string => {
    const url = new URL(server.url);
    url.pathname = database;
    url.searchParams.set('application_name', processName);
    return url.href;
  };
  const lobby = new pg.Client({ connectionString: server.url });
  await lobby.connect();
  await lobby.query(`create database ${database}`);
  await lobby.end();
  const pool = new pg.Pool({ connectionString: urlFor('chaos'), max: 4 });
  // Broken by our own restarts; the next query gets a new connection.
  pool.on('error', () => {});
  const query = createQuery(pool);
  const [setting] = await query<{ server_version: string }>('show server_version');
  const away: Span[] = [];
  const terminated: Terminated[] = [];
  const { crash } = server;
  return {
    version: setting?.server_version ?? '',
    urlFor,
    query,
    away,
    restart:
      crash === undefined
        ? undefined
        : async () => {
            const from = Date.now();
            await crash();
            away.push({ from, to: Date.now() });
          },
    terminated,
    async terminateBackend(roll) {
      const from = Date.now();
      const process = await terminateBackend(query, roll);
      // A span: the process may have ended before the answer was here.
      if (process !== undefined) terminated.push({ process, from, to: Date.now() });
      return process;
    },
    async stop() {
      await pool.end();
      if (crash === undefined) await dropDatabase(server.url, database);
      await server.stop();
    },
  };
}

function createQuery(pool: pg.Pool): ChaosDatabase['query'] {
  return async <Row extends pg.QueryResultRow>(text: string, ...values: readonly unknown[]) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return (await pool.query<Row>(text, [...values])).rows;
      } catch (error) {
        // A fault in the statement itself stays one.
        const code = (error as { code?: unknown }).code;
        const isOurFault = typeof code === 'string' && /^(22|23|42)/.test(code);
        if (isOurFault || tries >= triesMax) throw error;
        await sleep(retryMs);
      }
    }
  };
}

async function terminateBackend(query: ChaosDatabase['query'], roll: number): Promise<string | undefined> {
  const backends = await query<{ pid: number; name: string }>(witnessSql.backends);
  const chosen = backends[Math.floor(roll * backends.length)];
  if (chosen === undefined) return undefined;
  const [ended] = await query<{ ended: boolean }>('select pg_terminate_backend($1) as ended', chosen.pid);
  return ended?.ended ? chosen.name : undefined;
}

async function dropDatabase(url: string, database: string): Promise<void> {
  const lobby = new pg.Client({ connectionString: url });
  await lobby.connect();
  await lobby.query(`drop database ${database} with (force)`);
  await lobby.end();
}
