import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  type Clock,
  createNetworkPolicy,
  createVault,
  Engine,
  RollupTally,
  scopes,
  sendTestAlert,
} from '@doorbell/engine';
import { createHttpTransport } from '@doorbell/engine/http';
import { openSqliteStore, type SqliteStore } from '@doorbell/engine/sqlite';
import { createInProcessWakeup, systemClock } from '@doorbell/engine/system';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createApp } from '../src/app.ts';
import type { AppPorts } from '../src/app-ports.ts';
import { mintApiKey } from '../src/auth.ts';
import { createDeliveryObserver } from '../src/delivery-observer.ts';
import { createHeldReadings } from '../src/held-readings.ts';
import { flushRollups } from '../src/keep-rollups.ts';
import { createMetrics } from '../src/metrics.ts';
import type { Role } from '../src/role.ts';
import { Tail } from '../src/tail.ts';
import { createTimedStore } from '../src/timed-store.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers as a client without types does.
  readonly json: any;
  readonly text: string;
}

export interface TestApp {
  /** With an API key, and `body` as JSON unless it is text or bytes already. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  readonly key: string;
  readonly store: SqliteStore;
  readonly engine: Engine;
  readonly directory: string;
  readonly tail: Tail;
  /** Writes what was counted, as the server does every second. */
  flushRollups(): Promise<void>;
  /** Everything logged so far. */
  logged(): string;
  /** The same address when it listens already. */
  listen(): Promise<string>;
  /** How many connections the server holds. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** As `serve` would print it in a link. */
export const setupToken: string = 'set-up-token-canary';

interface Options {
  readonly clock?: Clock;
  /** By default nothing is delivered, so that states stay as a test made them. */
  readonly deliver?: boolean;
  /** Files of a built console, by their path. */
  readonly consoleFiles?: Readonly<Record<string, string>>;
  readonly roles?: readonly Role[];
  /** As a database that other processes use as well. */
  readonly shared?: AppPorts['database'];
}

/** The API on a real database in a directory of its own; taken down when the test ends. */
export async function startApp({
  clock = systemClock,
  deliver = false,
  roles = ['api', 'deliver'],
  shared,
  consoleFiles = {},
}: Options = {}): Promise<TestApp> {
  const directory = mkdtempSync(join(tmpdir(), 'doorbell-server-'));
  for (const [path, text] of Object.entries(consoleFiles)) {
    mkdirSync(dirname(join(directory, 'console', path)), { recursive: true });
    writeFileSync(join(directory, 'console', path), text);
  }
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => lines.push(line) });
  const store = openSqliteStore({
    path: join(directory, 'doorbell.db'),
    vault: createVault(randomBytes(32), randomBytes),
    clock,
    synchronous: 'OFF',
  });
  const policy = createNetworkPolicy({ allowNetworks: ['127.0.0.0/8'] });
  const transport = createHttpTransport({ policy, userAgent: 'Doorbell/test' });
  const metrics = createMetrics();
  const wakeup = createInProcessWakeup(clock);
  const tally = new RollupTally();
  const tail = new Tail();
  const observer = createDeliveryObserver({ metrics, logger, admin: store, tally, tail, clock });
  const timed = createTimedStore(store, clock, metrics);
  const engine = new Engine({ store: timed, transport, clock, wakeup, random: () => 0.5, observer });
  const readings = createHeldReadings({ admin: store, clock });
  metrics.watch({ readings, admin: store, engine });
  const database = { isShared: false, isWritable: async () => true, ...shared };
  const app = await createApp({
    engine,
    admin: store,
    readings,
    testAlertChannel: (channel) => sendTestAlert(channel, { transport, clock }, new AbortController().signal),
    database,
    roles,
    consoleDirectory: join(directory, 'console'),
    policy,
    connect: transport.connect.bind(transport),
    clock,
    trustedProxies: [],
    setupToken,
    randomBytes,
    metrics,
    tail,
    logger,
  });

  const { key, record } = mintApiKey({ name: 'test', scopes }, clock.now(), randomBytes);
  await store.putApiKey(record);
  let listening: Promise<string> | undefined;
  const stopping = new AbortController();
  const running = deliver ? engine.run(stopping.signal) : Promise.resolve();

  onTestFinished(async () => {
    stopping.abort();
    engine.abandon();
    await app.close();
    await running;
    await transport.close();
    await store.close();
    rmSync(directory, { recursive: true });
  });

  return {
    key,
    store,
    engine,
    directory,
    tail,
    flushRollups: () => flushRollups({ tally, admin: store, clock, logger }),
    logged: () => lines.join(''),
    listen: () => {
      listening ??= app.listen({ host: '127.0.0.1', port: 0 });
      return listening;
    },
    connections: () => promisify(app.server.getConnections.bind(app.server))(),
    close: () => app.close(),
    async call(method, path, body, headers = {}) {
      const isRaw = typeof body === 'string' || body instanceof Uint8Array;
      const response = await app.inject({
        method: method as 'GET',
        url: path,
        headers: withoutEmpty({
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        }),
        ...(body === undefined ? {} : { payload: isRaw ? (body as Buffer) : JSON.stringify(body) }),
      });
      const isJson = /json/.test(String(response.headers['content-type']));
      const text = response.body;
      return {
        status: response.statusCode,
        headers: response.headers,
        json: isJson ? JSON.parse(text) : null,
        text,
      };
    },
  };
}

/** A header that a test sets to nothing is not sent. */
function withoutEmpty(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
}

export const change = {
  customerId: 'acme',
  houseTaskId: 'task-1',
  houseId: 'house-1',
  packageId: 'package-x',
  userId: 'user-x',
  userName: '李雷',
  state: 9000,
};

/** A customer `acme` with an endpoint `acme-main`. */
export async function addCustomer(
  app: TestApp,
  { url = 'https://hooks.example.com/doorbell', ...rest }: { url?: string; [field: string]: unknown } = {},
): Promise<void> {
  await app.call('PUT', '/v1/customers/acme', { name: 'Acme Homes' });
  const put = await app.call('PUT', '/v1/endpoints/acme-main', {
    customerId: 'acme',
    url,
    signKey: 'sign-key-canary',
    ...rest,
  });
  if (put.status !== 201) throw new Error(put.text);
}

/** A customer `other` with an endpoint `other-main`, for what no other may see. */
export async function addOtherCustomer(app: TestApp): Promise<void> {
  await app.call('PUT', '/v1/customers/other', { name: 'Other Homes' });
  const endpoint = { customerId: 'other', url: 'https://other.example/', signKey: 'k' };
  await app.call('PUT', '/v1/endpoints/other-main', endpoint);
}

/** What the answer's problem says, as `pointer code` lines. */
export function faultsOf(answer: Answer): readonly string[] {
  return answer.json.errors.map(
    ({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`,
  );
}
