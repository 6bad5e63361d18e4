import { Worker } from 'node:worker_threads';
import type { FuzzTally, FuzzTask } from './fuzz-run.ts';

/** No batch takes a second; whatever takes so long has hung. */
export const batchDeadlineMs = 60_000;

/** Runs one target in a thread of its own, which can be ended when it hangs. */
export function runTask(
  task: FuzzTask,
  deadlineMs: number,
  onProgress: (done: number) => void,
): Promise<FuzzTally> {
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), { workerData: task });
  let done = 0;
  return new Promise((resolve, reject) => {
    const hung = (): void => {
      const again = `npm run fuzz -- --target ${task.target} --seed ${task.seed}`;
      const finding = `${task.target}: no batch in ${deadlineMs / 1_000} s after input ${done}\n  again: ${again}`;
      resolve({ inputs: done, corpus: 0, accepted: 0, undecided: 0, findings: [finding] });
      void worker.terminate();
    };
    let timer = setTimeout(hung, deadlineMs);
    worker.on('message', (message: number | FuzzTally) => {
      clearTimeout(timer);
      if (typeof message !== 'number') {
        resolve(message);
        return;
      }
      done = message;
      onProgress(done);
      timer = setTimeout(hung, deadlineMs);
    });
    worker.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    worker.on('exit', () => clearTimeout(timer));
  });
}
