import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { RunReport } from './totals.ts';

/** Hands the seeds to so many processes, one at a time, and each report to `onReport`. */
export async function runSeeds(
  seeds: readonly number[],
  workers: number,
  twice: number,
  onReport: (report: RunReport) => void,
): Promise<void> {
  let next = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(join(import.meta.dirname, 'seed-runner.ts'), {
        execArgv: ['--conditions=doorbell-source', '--disable-warning=ExperimentalWarning'],
      });
      const give = (): void => {
        const seed = seeds[next];
        if (seed === undefined) {
          child.disconnect();
          return;
        }
        const isTwice = twice > 0 && next % twice === 0;
        next += 1;
        child.send({ seed, isTwice });
      };
      child.on('message', (report) => {
        onReport(report as RunReport);
        give();
      });
      child.on('error', reject);
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`A process of seeds ended with ${code}.`)),
      );
      give();
    });
  await Promise.all(Array.from({ length: workers }, work));
}
