import type { NewChange } from '@doorbell/engine';
import { Logger, makeWorkerUtils, run as runWorkers } from 'graphile-worker';
import pg from 'pg';
import type { Peer } from './peer.ts';

const task = 'notify';
const silent = new Logger(() => () => undefined);

/** With `batching`, the settings that its page about performance measures with: a local queue and joint completion. */
export async function openGraphile(url: string, { batching }: { readonly batching: boolean }): Promise<Peer> {
  const pgPool = new pg.Pool({ connectionString: url, max: 64 });
  pgPool.on('error', () => undefined);
  pgPool.on('connect', (client) => client.on('error', () => undefined));
  const utils = await makeWorkerUtils({ pgPool, logger: silent });
  await utils.migrate();
  return {
    async add(change) {
      await utils.addJob(task, change);
    },
    async addAll(changes) {
      await utils.addJobs(changes.map((payload) => ({ identifier: task, payload })));
    },
    async work(concurrency, run, done) {
      const worker = {
        concurrentJobs: concurrency,
        ...(batching ? { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } : {}),
      };
      const taskList = { [task]: (payload: unknown) => run(payload as NewChange) };
      const runner = await runWorkers({
        pgPool,
        taskList,
        logger: silent,
        noHandleSignals: true,
        preset: { worker },
      });
      runner.events.on('job:complete', done);
      return { stop: () => runner.stop() };
    },
    async waiting() {
      const { rows } = await pgPool.query<{ jobs: string }>('select count(*) jobs from graphile_worker.jobs');
      return Number(rows[0]?.jobs);
    },
  };
}
