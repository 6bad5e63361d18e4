import type { NewChange } from '@doorbell/engine';
import { PgBoss } from 'pg-boss';
import { contendAsPeer, type Peer } from './peer.ts';

const queue = 'notifications';
/** The loops take turns, so that one fetches or completes while the others post. */
const loops = 4;

/** `fetch` and `complete` in batches, without a pause in between: what pg-boss calls a burst. */
async function open(url: string): Promise<Peer> {
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.createQueue(queue);
  return {
    async add(change) {
      await boss.send(queue, change);
    },
    async addAll(changes) {
      await boss.insert(
        queue,
        changes.map((data) => ({ data })),
      );
    },
    async work(concurrency, run, done) {
      let stopped = false;
      const batchSize = concurrency / loops;
      const loop = async (): Promise<void> => {
        while (!stopped) {
          const jobs = await boss.fetch<NewChange>(queue, { batchSize });
          if (jobs.length === 0) return;
          await Promise.all(jobs.map((job) => run(job.data)));
          await boss.complete(
            queue,
            jobs.map(({ id }) => id),
          );
          jobs.forEach(done);
        }
      };
      const looping = Promise.all(Array.from({ length: loops }, loop));
      return {
        async stop() {
          stopped = true;
          await looping;
        },
      };
    },
    async waiting() {
      const { rows } = await boss
        .getDb()
        .executeSql("select count(*) jobs from pgboss.job where state < 'completed'");
      return Number(rows[0]?.jobs);
    },
  };
}

contendAsPeer(open);
