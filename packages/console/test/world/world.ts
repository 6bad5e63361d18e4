import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVault, scopes } from '@doorbell/engine';
import { openSqliteStore } from '@doorbell/engine/sqlite';
import { createInProcessWakeup } from '@doorbell/engine/system';
import { mintApiKey, type RunningServer, readConfig, startServer } from '@doorbell/server';
import { type CustomerReceiver, startCustomerReceiver } from './customer-receiver.ts';
import { createMovableClock, type MovableClock } from './movable-clock.ts';

/** A real server on a real database, with customers whose endpoints listen on real sockets. */
export interface World {
  readonly url: string;
  readonly apiKey: string;
  readonly server: RunningServer;
  readonly receiver: CustomerReceiver;
  readonly clock: MovableClock;
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Asks the API again until what it says is as told; the test's own limit ends it. */
  until<T>(path: string, holds: (answer: T) => boolean): Promise<T>;
  close(): Promise<void>;
}

/** Who has signed in, where a test does not say otherwise. */
export const admin = { userName: 'wang.fang', password: 'correct horse battery' } as const;

export async function startWorld(behindMs = 0): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'doorbell-console-'));
  const clock = createMovableClock(behindMs);
  const store = openSqliteStore({
    path: join(directory, 'doorbell.db'),
    vault: createVault(randomBytes(32), randomBytes),
    clock,
  });
  // As the server opens it, but with the clock that can be moved.
  const database = {
    name: 'console tests',
    store,
    wakeup: createInProcessWakeup(clock),
    isShared: false,
    isWritable: async () => true,
    broken: store.broken,
    close: () => store.close(),
  };
  const config = readConfig(
    {},
    { port: 0, logLevel: 'silent', allowNetworks: ['127.0.0.0/8'], clock, database },
  );
  const server = await startServer(config);
  const receiver = await startCustomerReceiver();
  const { key, record } = mintApiKey(
    { name: 'console tests', scopes: [...scopes] },
    clock.now(),
    randomBytes,
  );
  await server.store.putApiKey(record);

  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${server.url}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  await call('POST', '/users', { name: admin.userName, role: 'admin', password: admin.password });
  return {
    url: server.url,
    apiKey: key,
    server,
    receiver,
    clock,
    call,
    async until(path, holds) {
      for (;;) {
        const answer = await call<never>('GET', path);
        if (holds(answer)) return answer;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    },
    async close() {
      receiver.close();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
