import { parentPort, workerData } from 'node:worker_threads';
import { type FuzzTask, fuzz } from './fuzz-run.ts';
import { fuzzServer } from './fuzz-server.ts';
import { getTarget } from './targets.ts';

const task = workerData as FuzzTask;
const onBatch = (done: number) => parentPort?.postMessage(done);
const run =
  task.target === 'server' ? fuzzServer(task, onBatch) : fuzz(getTarget(task.target), task, onBatch);
parentPort?.postMessage(await run);
