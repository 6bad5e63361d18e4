import type { RunningServer } from '@doorbell/server';
import { type OpenDatabase, openDatabase, type ServerConfig } from '@doorbell/server/database';
import { orCannotStart } from './cannot-start.ts';
import { CommandError, exitCodes } from './command-error.ts';
import { configOf } from './config-of.ts';
import { isLoopback } from './is-loopback.ts';
import { print, printJson } from './print.ts';
import { stopSignal } from './stop-signal.ts';

export interface ServeOptions {
  readonly host?: string;
  readonly port?: number;
  readonly data?: string;
  readonly roles?: string;
  readonly allowNetwork?: readonly string[];
  readonly demo?: true;
  readonly json?: true;
}

/** Serves until a signal comes. Throws CommandError with a sentence for whatever keeps it from starting. */
export async function serve(options: ServeOptions): Promise<void> {
  const stop = new AbortController();
  void stopSignal().then(() => {
    process.stderr.write('Stopping: what is in flight is finished first; Ctrl-C again ends it at once.\n');
    stop.abort();
  });
  if (options.demo) await (await import('./demo/serve-demo.ts')).serveDemo(options, stop.signal);
  else await serveData(options, stop.signal);
}

async function serveData(options: ServeOptions, stop: AbortSignal): Promise<void> {
  const config = configOf(options);
  const { server, missingKey } = await orCannotStart(config, () => start(config));
  printListening(server, config, options);
  if (missingKey !== null) process.stderr.write(`There is no API key yet: ${missingKey}.\n`);
  if (server.setupUrl !== null) {
    process.stderr.write(`There is no user yet. Make the first admin, once, at ${server.setupUrl}\n`);
  }
  const broken = await Promise.race([stopped(stop), server.broken]);
  if (broken !== undefined) {
    // At once: nothing more can be recorded. A new start reads what the disk really holds.
    process.stderr.write(`doorbell: ${broken.message}\n`);
    process.exit(exitCodes.cannotStart);
  }
  await server.close();
}

interface Started {
  readonly server: RunningServer;
  /** How to make the first API key; null when there is one that is good. */
  readonly missingKey: string | null;
}

async function start(config: ServerConfig): Promise<Started> {
  // The thread of the database starts while the server is loaded.
  const [database, { startServer }] = await Promise.all([openDatabase(config), import('@doorbell/server')]);
  const missingKey = await checkKey(config, database).catch(async (error) => {
    await database.close();
    throw error;
  });
  return { server: await startServer({ ...config, database }), missingKey };
}

/** See `Started.missingKey`. Throws CommandError where other machines could come in before there is a key. */
async function checkKey(config: ServerConfig, database: OpenDatabase): Promise<string | null> {
  const missingKey = config.roles.includes('api') ? await findMissingKey(config, database) : null;
  if (missingKey === null || isLoopback(config.host)) return missingKey;
  const sentence = `There is no API key yet, so ${config.host} is not served: ${missingKey}.`;
  throw new CommandError(exitCodes.cannotStart, sentence);
}

async function findMissingKey(
  { databaseUrl, dataPath }: ServerConfig,
  { store }: OpenDatabase,
): Promise<string | null> {
  const keys = await store.listApiKeys();
  if (keys.some(({ revokedAt }) => revokedAt === null)) return null;
  const where = databaseUrl === null ? ` --data ${dataPath}` : '';
  return `make one with "doorbell keys create${where}"`;
}

export function printListening(
  { url, database }: RunningServer,
  { databaseUrl, dataPath, roles }: ServerConfig,
  { json }: ServeOptions,
): void {
  const docs = roles.includes('api') ? `${url}/docs` : null;
  const data = databaseUrl === null ? dataPath : database;
  if (json) printJson({ event: 'listening', url, docs, data: database, roles });
  else if (docs === null) print(`Doorbell delivers; health and metrics on ${url} (data in ${data})`);
  else print(`Doorbell listens on ${url} (docs at /docs, data in ${data})`);
}

export function stopped(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
