import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { compiledFolder } from '../../test/compiled-folder.ts';
import type { RunReport } from '../simulation/totals.ts';
import type { Mutant } from './mutant.ts';

/** Which seed caught a mutant, and by what. */
export interface Catch {
  readonly seed: number;
  readonly checker: string;
  readonly what: string;
}

/** A run of one seed takes less than two seconds of one core; who takes so much longer does not end. */
const hangMs = 60_000;
const hook = new URL('hook.ts', import.meta.url).href;

/** Runs seeds on the mutated engine, or on the engine as it is, until one finds fault with it; null when none does. */
export async function hunt(mutant: Mutant | null, seeds: readonly number[]): Promise<Catch | null> {
  const child = fork(join(import.meta.dirname, '../simulation/seed-runner.ts'), {
    execArgv: ['--conditions=doorbell-source', ...(mutant === null ? [] : ['--import', hook])],
    // Kept by contents: the one file that is changed is compiled for each mutant, all others once.
    env: { ...process.env, DOORBELL_MUTANT: mutant?.name, NODE_COMPILE_CACHE: compiledFolder },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  try {
    for (const seed of seeds) {
      const report = await runOne(child, seed, () => said);
      const [violation] =
        typeof report === 'string' ? [{ checker: 'no surprise', what: report }] : report.violations;
      if (violation !== undefined) return { seed, ...violation };
    }
    return null;
  } finally {
    child.kill('SIGKILL');
  }
}

function runOne(child: ChildProcess, seed: number, said: () => string): Promise<RunReport | string> {
  return new Promise((resolve) => {
    const alarm = setTimeout(() => end(() => resolve('The run does not end.')), hangMs);
    const onMessage = (report: unknown): void => end(() => resolve(report as RunReport));
    const onExit = (code: number | null): void =>
      end(() => resolve(`Its process ended with ${code}: ${said().slice(0, 500)}`));
    const end = (settle: () => void): void => {
      clearTimeout(alarm);
      child.off('message', onMessage);
      child.off('exit', onExit);
      settle();
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.send({ seed, isTwice: false });
  });
}
