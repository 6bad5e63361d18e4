import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppendRefused } from '../src/change.ts';
import { endpointPolicyDefaults as policy } from '../src/endpoint.ts';
import { DatabaseInUse, openSqliteStoreInThread, StoreBroken } from '../src/stores/sqlite/index.ts';
import type { SqliteStore } from '../src/stores/sqlite/open.ts';
import { connectToThread } from '../src/stores/sqlite-thread/connect-to-thread.ts';
import type { Calls, FromThread } from '../src/stores/sqlite-thread/messages.ts';
import { serveStore } from '../src/stores/sqlite-thread/serve-store.ts';
import { VaultError } from '../src/vault.ts';
import { testMasterKey } from './sqlite-test-store.ts';

const customer = { id: 'c1', name: 'One', onIllegalTransition: 'flag' } as const;
const change = {
  customerId: 'c1',
  houseTaskId: 't1',
  houseId: 'h',
  packageId: 'p',
  userId: 'u',
  userName: 'n',
  state: 10_000,
  extra: {},
  eventId: null,
};

describe('a SQLite store in a thread of its own', () => {
  let folder: string;
  let path: string;
  const open = (masterKey = testMasterKey) => openSqliteStoreInThread({ path, masterKey });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorbell-thread-'));
    path = join(folder, 'doorbell.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps what was committed, for the next owner', async () => {
    const first = await open();
    await first.putCustomer(customer);
    expect(await first.append([change])).toMatchObject([{ sequence: 1 }]);
    await first.close();
    const second = await open();
    expect(await second.append([change])).toMatchObject([{ sequence: 2 }]);
    await second.close();
  });

  it('commits what was asked for just before closing, and closes twice if need be', async () => {
    const store = await open();
    await store.putCustomer(customer);
    const append = store.append([change]);
    await Promise.all([store.close(), store.close()]);
    expect(await append).toMatchObject([{ sequence: 1 }]);
    await expect(store.append([change])).rejects.toBeInstanceOf(StoreBroken);
  });

  it('tells at once that the disk has failed under the store in the thread', async () => {
    const { port1, port2 } = new MessageChannel();
    const disk = Promise.withResolvers<Error>();
    const close = async () => {};
    serveStore(port1, () => ({ broken: disk.promise, close }) as unknown as SqliteStore);
    const store = await connectToThread(port2);
    disk.resolve(new StoreBroken(new Error('EIO')));
    expect(await store.broken).toBeInstanceOf(StoreBroken);
    await store.close();
  });

  it('refuses a file that another has, and keys sealed otherwise, with the errors of the store itself', async () => {
    const store = await open();
    await store.putCustomer(customer);
    const endpoint = { id: 'e1', customerId: 'c1', url: 'https://e1.example/', signKey: 'key-0123456789' };
    await store.putEndpoint({ ...policy, ...endpoint, webhookSecret: null });
    await expect(open()).rejects.toBeInstanceOf(DatabaseInUse);
    await store.close();
    await expect(open(new Uint8Array(32).fill(8))).rejects.toBeInstanceOf(VaultError);
  });

  it('throws what the store throws, with class, message and fields', async () => {
    const store = await open();
    const refused = await store.append([change]).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppendRefused);
    expect(refused).toMatchObject({
      reason: 'unknown-customer',
      index: 0,
      message: expect.stringMatching(/no customer/),
    });
    await store.close();
  });

  it('rejects what is under way, and is broken, when the thread ends', async () => {
    const store = await connectToThread(
      new Worker(
        `const { parentPort } = require('node:worker_threads');
        parentPort.on('message', () => process.exit());
        parentPort.postMessage({ kind: 'opened', methods: ['append', 'close'] });`,
        { eval: true },
      ),
    );
    await expect(store.append([change])).rejects.toBeInstanceOf(StoreBroken);
    expect(await store.broken).toBeInstanceOf(StoreBroken);
  });

  it('has two messages under way at most, and sends together what was asked for meanwhile', async () => {
    const { port1, port2 } = new MessageChannel();
    const received: Calls[] = [];
    port1.on('message', (calls: Calls) => received.push(calls));
    const opening = connectToThread(port2);
    port1.postMessage({ kind: 'opened', methods: ['append', 'close'] } satisfies FromThread);
    const store = await opening;
    const appends: Promise<unknown>[] = [];
    for (let call = 1; call <= 5; call += 1) {
      appends.push(store.append([change]));
      await turns(3);
    }
    expect(received.map((calls) => calls.map(({ id }) => id))).toEqual([[1], [2]]);
    port1.postMessage({ kind: 'answers', answers: [{ id: 1, value: [] }], handled: 1 } satisfies FromThread);
    await appends[0];
    await turns(3);
    expect(received.map((calls) => calls.map(({ id }) => id))).toEqual([[1], [2], [3, 4, 5]]);
    const rest = [2, 3, 4, 5].map((id) => ({ id, value: [] }));
    port1.postMessage({ kind: 'answers', answers: rest, handled: 2 } satisfies FromThread);
    await Promise.all(appends);
    port1.close();
  });
});

/** Of the event loop: what was posted within this thread has arrived by then. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
