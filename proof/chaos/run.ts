import { once } from 'node:events';
import { Progress } from '../progress.ts';
import { UsageError } from '../usage-error.ts';
import { endpointsCount, runChaos, signKey } from './chaos.ts';
import { conclude } from './conclude.ts';
import { type ChaosOptions, help, readOptions } from './options.ts';
import { openPostgresWorld } from './postgres-world.ts';
import { ReceiverProcess } from './receiver-process.ts';
import { report } from './report.ts';
import { openSqliteWorld } from './sqlite-world.ts';
import type { World } from './world.ts';

// npm run chaos -- --store postgres --workers 4 --events 20000
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  const { seed, lies, sabotage } = options;
  // Without its fence Doorbell fails where a late settlement meets a lane that is out again: so most are, at any time.
  const slowOf1000 = sabotage === 'fence' ? 600 : 10;
  const receiver = new ReceiverProcess({ seed, signKey, endpoints: endpointsCount, lies, slowOf1000 });
  const progress = new Progress();
  const interrupted = new AbortController();
  // More than once: npm passes on a Ctrl-C that the terminal has sent already.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  let world: World | undefined;
  try {
    await receiver.start();
    world = await (options.store === 'postgres' ? openPostgresWorld : openSqliteWorld)(options, receiver);
    return await prove(options, world, progress, interrupted.signal);
  } finally {
    progress.end();
    await world?.close();
    receiver.kill();
  }
}

async function prove(
  options: ChaosOptions,
  world: World,
  progress: Progress,
  interrupted: AbortSignal,
): Promise<number> {
  const startedAt = Date.now();
  console.log(`Chaos on ${world.title}; seed ${options.seed}\n`);
  const run = await Promise.race([
    runChaos(options, world, progress, interrupted),
    once(interrupted, 'abort').then(() => undefined),
  ]);
  if (run === undefined) {
    console.error('Interrupted.');
    return 1;
  }
  const conclusion = await conclude(world, run);
  progress.end();
  const { lines, holds } = report(world, run, conclusion, Date.now() - startedAt);
  for (const line of lines) console.log(line);
  return holds ? 0 : 1;
}

try {
  const code = await main();
  // What was interrupted is not waited for.
  process.exit(code);
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `${error.message} See --help.` : error);
  process.exitCode = isUsage ? 2 : 1;
}
