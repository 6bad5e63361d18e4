import type { NewChange } from '@doorbell/engine';
import { Queue, Worker } from 'bullmq';
import { contendAsPeer, type Peer } from './peer.ts';

const name = 'notifications';

/** One worker with local concurrency; what is done is removed, as the guide advises for production. */
async function open(url: string): Promise<Peer> {
  const connection = { url, maxRetriesPerRequest: null };
  const queue = new Queue<NewChange>(name, {
    connection,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  await queue.waitUntilReady();
  return {
    async add(change) {
      await queue.add('notify', change);
    },
    async addAll(changes) {
      await queue.addBulk(changes.map((data) => ({ name: 'notify', data })));
    },
    async work(concurrency, run, done) {
      const worker = new Worker<NewChange>(name, (job) => run(job.data), { connection, concurrency });
      worker.on('completed', done);
      await worker.waitUntilReady();
      return { stop: () => worker.close() };
    },
    waiting: async () => (await queue.getWaitingCount()) + (await queue.getActiveCount()),
  };
}

contendAsPeer(open);
