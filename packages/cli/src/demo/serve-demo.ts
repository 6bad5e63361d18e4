import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scopes } from '@doorbell/engine';
import { systemClock } from '@doorbell/engine/system';
import { startServer } from '@doorbell/server';
import type { ServerConfig } from '@doorbell/server/database';
import { createApiKey } from '../api-keys.ts';
import { orCannotStart } from '../cannot-start.ts';
import { configOf } from '../config-of.ts';
import { print } from '../print.ts';
import { printListening, type ServeOptions, stopped } from '../serve.ts';
import { createApiClient } from './api-client.ts';
import { DeliveryLog } from './delivery-log.ts';
import { makeDemoAdmin } from './demo-admin.ts';
import { printIntroduction } from './introduction.ts';
import { printInvitation } from './invitation.ts';
import { openEndpoint } from './open-endpoint.ts';
import type { ReceiverProcess } from './receiver-process.ts';
import { runDemo } from './run-demo.ts';
import { sampleCustomers } from './sample-tasks.ts';

/**
 * Serves with sample data until `stop` aborts, by default in a temporary place: drives the sample tasks first, then leaves
 * the API to the user.
 */
export async function serveDemo(options: ServeOptions, stop: AbortSignal): Promise<void> {
  if (options.data !== undefined) return driveDemo(options, stop);
  const data = mkdtempSync(join(tmpdir(), 'doorbell-demo-'));
  try {
    await driveDemo({ ...options, data }, stop);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function driveDemo(options: ServeOptions, stop: AbortSignal): Promise<void> {
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

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
