import { parentPort, workerData } from 'node:worker_threads';
import { type CrashTask, runCrashes } from './crash-run.ts';

const tally = await runCrashes(workerData as CrashTask, () => parentPort?.postMessage('state'));
parentPort?.postMessage(tally);
