import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { freePort } from '../../test/free-port.ts';
import { ApiAccess } from './api-access.ts';
import { appendOverHttp } from './append-over-http.ts';
import { doorbell, doorbellArgs } from './doorbell-command.ts';
import type { FaultRate } from './fault-plan.ts';
import type { ChaosOptions } from './options.ts';
import { ProcessUnderTest } from './process-under-test.ts';
import type { ReceiverProcess } from './receiver-process.ts';
import type { World } from './world.ts';

const run = promisify(execFile);

/** One `doorbell serve` on an empty folder: it answers the API and delivers. */
export async function openSqliteWorld(options: ChaosOptions, receiver: ReceiverProcess): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'doorbell-chaos-'));
  const data = join(folder, 'doorbell.db');
  const { stdout } = await run(process.execPath, [doorbell, 'keys', 'create', '--data', data, '--json']);
  const port = await freePort();
  const serve = [
    ...doorbellArgs(options),
    'serve',
    '--data',
    data,
    '--port',
    String(port),
    '--allow-network',
    '127.0.0.0/8',
  ];
  const server = new ProcessUnderTest({
    name: 'server',
    title: 'the process',
    args: () => serve,
    environment: () => ({ DOORBELL_LOG_LEVEL: 'fatal' }),
  });
  const access = new ApiAccess(`http://127.0.0.1:${port}`, JSON.parse(stdout).key);
  return {
    title: `SQLite (node:sqlite ${process.versions.sqlite}), one process`,
    workers: [server],
    api: server,
    access,
    receiver,
    appenders: [appendOverHttp(access)],
    faultRates: faultRates(options),
    postgres: undefined,
    waitsForLeases: true,
    endLeasesOf: async () => 0,
    endLeasesOlderThan: async () => 0,
    listClaims: async () => undefined,
    async read<Row>(sql: string) {
      const database = new DatabaseSync(data, { readOnly: true });
      try {
        return database.prepare(sql.replaceAll('doorbell.', '')).all() as Row[];
      } finally {
        database.close();
      }
    },
    async close() {
      server.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** With its only process stopped nothing happens at all, so one real stop beyond the lease is enough. */
function faultRates({ isQuick }: ChaosOptions): readonly FaultRate[] {
  return [
    { kind: 'kill', everyMs: 3_000 },
    { kind: 'stop', everyMs: 7_000 },
    { kind: 'away', everyMs: 10_000 },
    { kind: 'stop-beyond-lease', times: isQuick ? 0 : 1 },
  ];
}
