import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '@doorbell/engine';
import { seededRandom } from '@doorbell/engine/testing';
import { freePort } from '../../test/free-port.ts';
import { ApiAccess } from './api-access.ts';
import { appendInOwnTransaction, appendInSql } from './append-in-transactions.ts';
import { appendOverHttp } from './append-over-http.ts';
import { type ChaosDatabase, openChaosDatabase } from './chaos-database.ts';
import { doorbell, doorbellArgs } from './doorbell-command.ts';
import type { FaultRate } from './fault-plan.ts';
import type { ChaosOptions } from './options.ts';
import { ProcessUnderTest } from './process-under-test.ts';
import type { ReceiverProcess } from './receiver-process.ts';
import { witnessSql } from './witness-sql.ts';
import type { ClaimRow, World } from './world.ts';

const run = promisify(execFile);

/** `doorbell serve --roles api`, and so many of `--roles deliver`, on a database of their own. */
export async function openPostgresWorld(options: ChaosOptions, receiver: ReceiverProcess): Promise<World> {
  const database = await openChaosDatabase();
  const processes: ProcessUnderTest[] = [];
  const random: Random = seededRandom(options.seed + 1);
  const inTransactions = [
    appendInOwnTransaction(database.urlFor('producer'), random),
    appendInSql(database.urlFor('producer'), random),
  ];
  const close = async (): Promise<void> => {
    for (const process of processes) process.destroy();
    await Promise.all(inTransactions.map((appender) => appender.close()));
    await database.stop();
  };
  try {
    const environment = {
      DOORBELL_MASTER_KEY: randomBytes(32).toString('base64'),
      DOORBELL_LOG_LEVEL: 'fatal',
      DOORBELL_ALLOW_NETWORKS: '127.0.0.0/8',
    };
    const environmentOf = (life: string) => ({ ...environment, DATABASE_URL: database.urlFor(life) });
    const access = await prepareDatabase(database, environmentOf('chaos'));
    const port = await freePort();
    const command = doorbellArgs(options);
    const api = new ProcessUnderTest({
      name: 'api',
      title: 'the API',
      args: () => [...command, 'serve', '--roles', 'api', '--port', String(port)],
      environment: environmentOf,
    });
    const workers = Array.from({ length: options.workers }, (_, index) => {
      const args = () => [...command, 'serve', '--roles', 'deliver', '--port', '0'];
      const name = `worker-${index + 1}`;
      return new ProcessUnderTest({ name, title: 'a worker', args, environment: environmentOf });
    });
    processes.push(api, ...workers);
    const overHttp = new ApiAccess(`http://127.0.0.1:${port}`, access.key);
    return {
      title: titleOf(options, database),
      workers,
      api,
      access: overHttp,
      receiver,
      appenders: [appendOverHttp(overHttp), ...inTransactions],
      faultRates: faultRates(options),
      postgres: database,
      waitsForLeases: !options.isQuick,
      endLeasesOf: async (life) => (await database.query(witnessSql.endLeasesOf, life)).length,
      endLeasesOlderThan: async (ms) => (await database.query(witnessSql.endLeasesOlderThan, ms)).length,
      listClaims: () => database.query<ClaimRow>(witnessSql.claims),
      read: <Row>(sql: string) => database.query(sql) as Promise<readonly Row[]>,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function prepareDatabase(
  database: ChaosDatabase,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly key: string }> {
  const env = { ...process.env, ...environment };
  await run(process.execPath, [doorbell, 'migrate'], { env });
  await database.query(witnessSql.install);
  const { stdout } = await run(process.execPath, [doorbell, 'keys', 'create', '--json'], { env });
  return JSON.parse(stdout) as { key: string };
}

function titleOf({ workers }: ChaosOptions, { version, restart }: ChaosDatabase): string {
  const server = restart === undefined ? ' at DATABASE_URL, which is not ours to restart' : '';
  return `PostgreSQL ${version}${server}, ${workers} workers and one process for the API`;
}

function faultRates({ isQuick, workers, sabotage }: ChaosOptions): readonly FaultRate[] {
  // Nothing else then, for each other harm to a sender excuses what it sends twice.
  if (sabotage === 'fence') return [{ kind: 'stop-and-end-leases', everyMs: 1_500 }];
  return [
    { kind: 'kill', everyMs: 2_500 },
    { kind: 'kill-api', everyMs: 9_000 },
    { kind: 'stop', everyMs: 4_000 },
    { kind: 'stop-and-end-leases', everyMs: isQuick ? 2_000 : 6_000 },
    { kind: 'terminate', everyMs: 400 },
    { kind: 'away', everyMs: 11_000 },
    { kind: 'restart', times: 3 },
    // One worker at least goes on.
    { kind: 'stop-beyond-lease', times: isQuick ? 0 : Math.min(2, workers - 1) },
  ];
}
