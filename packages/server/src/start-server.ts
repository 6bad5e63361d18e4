import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  createNetworkPolicy,
  Engine,
  type NetworkPolicy,
  RollupTally,
  type Store,
  type StoreAdmin,
  sendTestAlert,
} from '@doorbell/engine';
import { createHttpTransport } from '@doorbell/engine/http';
import { systemClock } from '@doorbell/engine/system';
import type { FastifyInstance } from 'fastify';
import { type DestinationStream, destination, type Logger, pino } from 'pino';
import { createApp } from './app.ts';
import { runBackground } from './background.ts';
import type { ServerConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { createDeliveryObserver } from './delivery-observer.ts';
import { createHeldReadings } from './held-readings.ts';
import { flushRollups } from './keep-rollups.ts';
import { createMetrics } from './metrics.ts';
import { type OpenDatabase, openDatabase } from './open-database.ts';
import type { Role } from './role.ts';
import { Tail } from './tail.ts';
import { createTimedStore } from './timed-store.ts';

export interface RunningServer {
  /** Where the API answers, without a slash at the end. */
  readonly url: string;
  /** Where the data is, for people: a file, or host and name of a database. */
  readonly database: string;
  /**
   * Where the first admin is made, once; null when there is a user, or the API is not served. The token is behind the #,
   * which browsers send to no server: it stands in no log.
   */
  readonly setupUrl: string | null;
  readonly store: Store & StoreAdmin;
  readonly engine: Engine;
  /** Resolves when the disk has failed: nothing can be recorded any more, and the process should end. */
  readonly broken: Promise<Error>;
  /** Takes no more requests, claims no more work, settles what is in flight, and lets go of the database. */
  close(): Promise<void>;
}

/** The console is built beside this package, and lies there whether sources or build run. */
const consoleDirectory = fileURLToPath(new URL('../../console/dist', import.meta.url));
/** How long requests to endpoints may still take once the server is told to stop. */
const graceMs = 20_000;
const never = new AbortController().signal;

/**
 * Opens the database, listens, and delivers if that is its role: the only place where the parts are joined. Throws
 * `ConfigError` for what the operator can mend, and the store's own errors for a database that cannot be used.
 */
export async function startServer(config: ServerConfig): Promise<RunningServer> {
  const database = await openDatabase(config);
  try {
    return await serve(config, database, networkPolicy(config.allowNetworks), createLogger(config));
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function serve(
  config: ServerConfig,
  database: OpenDatabase,
  policy: NetworkPolicy,
  logger: Logger,
): Promise<RunningServer> {
  const { clock = systemClock, roles, trustedProxies } = config;
  const { store, wakeup } = database;
  const metrics = createMetrics();
  const transport = createHttpTransport({ policy, userAgent: 'Doorbell/0.1.0' });
  const tally = new RollupTally();
  const tail = new Tail();
  const told = { metrics, logger, admin: store, tally, clock, also: config.observer };
  const observer = createDeliveryObserver({ ...told, tail: database.isShared ? undefined : tail });
  const timed = createTimedStore(store, clock, metrics);
  const engine = new Engine({ store: timed, transport, clock, wakeup, random: Math.random, observer });
  const readings = createHeldReadings({ admin: store, clock });
  metrics.watch({ readings, admin: store, engine });
  const setupToken = await findSetupToken(roles, store);
  const app = await createApp({
    engine,
    admin: store,
    readings,
    testAlertChannel: (channel) => sendTestAlert(channel, { transport, clock }, never),
    database,
    roles,
    consoleDirectory,
    policy,
    connect: transport.connect.bind(transport),
    clock,
    trustedProxies,
    setupToken,
    randomBytes,
    metrics,
    tail,
    logger,
  });

  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let background: Promise<void> = Promise.resolve();
  let closing: Promise<void> | undefined;
  const close = async () => {
    stopping.abort();
    await app.close();
    const finished = new AbortController();
    const grace = clock
      .sleep(graceMs, finished.signal)
      .then(() => finished.signal.aborted || engine.abandon());
    await running;
    await background;
    await flushRollups({ tally, admin: store, clock, logger });
    finished.abort();
    await grace;
    await transport.close();
    await database.close();
  };

  const url = await listen(app, config).catch((error) => transport.close().then(() => Promise.reject(error)));
  if (roles.includes('deliver')) {
    running = engine.run(stopping.signal);
    running.catch((error) => logger.fatal({ err: error }, 'Delivery has ended.'));
  }
  const parts = { config, database, store, engine, transport, clock, logger, tally, tail, observer, metrics };
  background = runBackground(parts, stopping.signal);
  return {
    url,
    setupUrl: setupToken && `${url}/setup#${setupToken}`,
    database: database.name,
    store,
    engine,
    broken: database.broken,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Returns where it listens. Throws `ConfigError` for what the operator can mend. */
async function listen(app: FastifyInstance, config: ServerConfig): Promise<string> {
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await app.close();
    throw listenError(error, config);
  }
  return urlOf(app.server.address() as AddressInfo);
}

/** Known to this process alone, and worth nothing once there is a user. */
async function findSetupToken(roles: readonly Role[], store: StoreAdmin): Promise<string | null> {
  if (!roles.includes('api') || (await store.listUsers()).length > 0) return null;
  return randomBytes(32).toString('base64url');
}

function networkPolicy(allowNetworks: readonly string[]): NetworkPolicy {
  try {
    return createNetworkPolicy({ allowNetworks });
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError(error.message);
    throw error;
  }
}

/** Keys do not belong into log lines; should one get near, it is struck out. */
function createLogger({ logLevel, logDestination }: ServerConfig): Logger {
  const names = ['signKey', 'previousSignKey', 'webhookSecret', 'authorization', 'masterKey', 'secret'];
  const redact = { paths: names.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' };
  return pino({ level: logLevel, redact }, logDestination ?? openStandardError());
}

/** Lines go out some twenty at a time, and at the latest after this: one write for each costs as much as to make them. */
const flushedEveryMs = 100;
const bufferedBytesMax = 4_096;
let standardError: ReturnType<typeof destination> | undefined;

/** One for the process; what it holds back goes out as the process ends, unless that is killed. */
function openStandardError(): DestinationStream {
  if (standardError !== undefined) return standardError;
  const stream = destination({
    fd: 2,
    sync: true,
    minLength: bufferedBytesMax,
    periodicFlush: flushedEveryMs,
  });
  process.once('exit', () => stream.flushSync());
  standardError = stream;
  return stream;
}

function listenError(error: unknown, { host, port }: ServerConfig): unknown {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE')
    return new ConfigError(`Port ${port} on ${host} is taken. Choose another with --port.`);
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new ConfigError(`Cannot listen on ${host}:${port} (${code}).`);
  }
  return error;
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
