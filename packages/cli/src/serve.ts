import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scopes } from '@doorbell/engine';
import { systemClock } from '@doorbell/engine/system';
import { type RunningServer, type ServerConfig, startServer } from '@doorbell/server';
import { createApiKey, listApiKeys } from './api-keys.ts';
import { orCannotStart } from './cannot-start.ts';
import { CommandError, exitCodes } from './command-error.ts';
import { configOf } from './config-of.ts';
import { createApiClient } from './demo/api-client.ts';
import { DeliveryLog } from './demo/delivery-log.ts';
import { makeDemoAdmin } from './demo/demo-admin.ts';
import { printIntroduction } from './demo/introduction.ts';
import { printInvitation } from './demo/invitation.ts';
import { openEndpoint } from './demo/open-endpoint.ts';
import type { ReceiverProcess } from './demo/receiver-process.ts';
import { runDemo } from './demo/run-demo.ts';
import { sampleCustomers } from './demo/sample-tasks.ts';
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
  if (options.demo && options.data === undefined) {
    const data = mkdtempSync(join(tmpdir(), 'doorbell-demo-'));
    try {
      await serveDemo({ ...options, data }, stop.signal);
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  } else {
    await (options.demo ? serveDemo(options, stop.signal) : serveData(options, stop.signal));
  }
}

async function serveData(options: ServeOptions, stop: AbortSignal): Promise<void> {
  const config = configOf(options);
  const missingKey = config.roles.includes('api') ? await findMissingKey(config) : null;
  if (missingKey !== null && !isLoopback(config.host)) {
    const sentence = `There is no API key yet, so ${config.host} is not served: ${missingKey}.`;
    throw new CommandError(exitCodes.cannotStart, sentence);
  }
  const server = await orCannotStart(config, () => startServer(config));
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

/** How to make the first API key; null when there is one that is good. */
async function findMissingKey(config: ServerConfig): Promise<string | null> {
  const keys = await orCannotStart(config, () => listApiKeys(config));
  if (keys.some(({ revokedAt }) => revokedAt === null)) return null;
  const where = config.databaseUrl === null ? ` --data ${config.dataPath}` : '';
  return `make one with "doorbell keys create${where}"`;
}

async function serveDemo(options: ServeOptions, stop: AbortSignal): Promise<void> {
  const config = await demoConfigOf(options);
  const apiKey = await orCannotStart(config, () => createApiKey(config, 'demo', scopes));
  const admin = await orCannotStart(config, () => makeDemoAdmin(config));
  const server = await orCannotStart(config, () => startServer(config));
  const receivers: ReceiverProcess[] = [];
  try {
    printListening(server, config, options);
    print();
    const api = createApiClient(server.url, apiKey);
    const log = new DeliveryLog(systemClock);
    for (const customer of sampleCustomers) {
      const receiver = await openEndpoint(api, customer, log);
      receivers.push(receiver);
      printIntroduction(customer, receiver);
    }
    print();
    await runDemo(api, log, stop);
    if (!stop.aborted) printInvitation(server.url, apiKey, admin);
    await stopped(stop);
  } finally {
    await server.close();
    await Promise.all(receivers.map((receiver) => receiver.stop()));
  }
}

/** The receivers of the demo are on this machine, and its lines are to be read by people: no log between them. */
async function demoConfigOf(options: ServeOptions): Promise<ServerConfig> {
  const config = configOf(options);
  const { host, port } = config;
  const mayMove = options.port === undefined && !process.env.DOORBELL_PORT;
  return {
    ...config,
    allowNetworks: [...config.allowNetworks, '127.0.0.0/8'],
    logLevel: process.env.DOORBELL_LOG_LEVEL ? config.logLevel : 'error',
    port: mayMove && !(await isFree(host, port)) ? 0 : port,
  };
}

function printListening(
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

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

function stopped(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
