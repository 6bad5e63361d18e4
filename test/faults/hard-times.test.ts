import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, type RawEndpoint, startRawEndpoint } from '../../packages/engine/test/raw-endpoint.ts';
import { type ApiClient, apiClient, createKey } from '../e2e/api-client.ts';
import { end, runToEnd, type Started, startDoorbellAs, until } from '../e2e/process.ts';
import { leftOut } from '../left-out.ts';
import { findProgram } from './find-program.ts';

vi.setConfig({ testTimeout: 120_000 });

// The real command under a machine that has too little of something, or breaks.

let folder: string;
const cleanUp: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doorbell-hard-'));
});
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
  await rm(folder, { recursive: true, force: true });
});

const data = () => join(folder, 'doorbell.db');

interface Served {
  readonly server: Started;
  readonly api: ApiClient;
  readonly errors: () => string;
}

/** `wrap` runs the command inside of another, as `strace` and a shell with limits do. */
async function serve(wrap: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Served> {
  const key = await createKey(data());
  const args = ['serve', '--port', '0', '--data', data(), '--allow-network', '127.0.0.0/8'];
  const server = await startDoorbellAs(wrap, env, ...args);
  cleanUp.push(() => end(server));
  let errors = '';
  server.child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  return { server, api: apiClient(server.url, key), errors: () => errors };
}

async function endpoint(onRequest: (socket: Socket) => void): Promise<RawEndpoint> {
  const started = await startRawEndpoint({ onRequest });
  cleanUp.push(() => started.close());
  return started;
}

async function putEndpoints(api: ApiClient, urls: readonly string[]): Promise<void> {
  await api.put('/v1/customers/acme', { name: 'Acme' });
  for (const [index, url] of urls.entries()) {
    const saved = await api.put(`/v1/endpoints/e${index}`, {
      customerId: 'acme',
      url,
      signKey: 'hard-sign-key-1',
    });
    expect(saved.status).toBe(201);
  }
}

const changes = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => ({
    customerId: 'acme',
    houseTaskId: `task-${first + index}`,
    houseId: 'h',
    packageId: 'p',
    userId: 'u',
    userName: 'n',
    state: 9000,
  }));

async function countOf(api: ApiClient, result: number): Promise<number> {
  return (await api.get(`/v1/notifications?result=${result}&limit=500`)).body.items.length;
}

it('a server told to end with 200 requests in flight finishes and records them, starts no other, and ends with 0', async () => {
  const held: (() => void)[] = [];
  const receiver = await endpoint((socket) => held.push(() => socket.write(answer())));
  const { server, api } = await serve();
  // Endpoints share the slots, and each is asked for at most 32 at a time.
  await putEndpoints(
    api,
    Array.from({ length: 9 }, (_, index) => `http://127.0.0.1:${receiver.port}/${index}`),
  );
  expect((await api.post('/v1/state-changes', changes(40))).status).toBe(202);
  const inFlight = 9 * 32;
  await until(async () => held.length === inFlight);

  const ended = new Promise((resolve) => server.child.once('exit', resolve));
  server.child.kill('SIGTERM');
  // It has heard the signal once it answers no more.
  await until(() =>
    fetch(`${server.url}/healthz`).then(
      (reply) => !reply.ok,
      () => true,
    ),
  );
  for (const release of held) release();
  expect(await ended).toBe(0);
  expect(receiver.requests).toHaveLength(inFlight);

  const again = await serve();
  await until(async () => held.length > inFlight);
  for (const release of held.slice(inFlight)) release();
  expect(await countOf(again.api, 1)).toBeGreaterThanOrEqual(inFlight);
});

it('endless answers of many endpoints at once do not fill the memory', async () => {
  const chunk = 'x'.repeat(64 * 1024);
  const receiver = await endpoint((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n');
    const pour = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', pour);
    pour();
  });
  const { server, api } = await serve([], { NODE_OPTIONS: '--max-old-space-size=96' });
  await putEndpoints(
    api,
    Array.from({ length: 8 }, (_, index) => `http://127.0.0.1:${receiver.port}/${index}`),
  );
  expect((await api.post('/v1/state-changes', changes(10))).status).toBe(202);
  await until(async () => receiver.requests.length >= 80);
  await until(
    async () => (await api.get('/v1/notifications?result=0&limit=1')).body.items[0]?.attemptCount > 0,
  );
  expect(server.child.exitCode).toBeNull();
  expect((await api.get('/v1/customers')).status).toBe(200);
});

it('a server without file descriptors left goes on answering, and burns nothing but tries', async () => {
  const receiver = await endpoint((socket) => socket.write(answer()));
  const held: (() => void)[] = [];
  const slow = await endpoint((socket) => held.push(() => socket.write(answer())));
  const { server, api } = await serve(['bash', '-c', 'ulimit -n 64; exec "$0" "$@"']);
  await putEndpoints(api, [
    receiver.url,
    ...Array.from({ length: 7 }, (_, index) => `http://127.0.0.1:${slow.port}/${index}`),
  ]);
  expect((await api.post('/v1/state-changes', changes(40))).status).toBe(202);
  // Every descriptor that it can have is a connection now, and the next ones are refused by the system.
  await until(async () =>
    (await api.get('/v1/notifications?result=0&limit=500')).body.items.some(isWithoutDescriptor),
  );
  expect(server.child.exitCode).toBeNull();
  for (const release of held) release();
  await until(async () => (await countOf(api, 1)) > 0);
  expect((await api.post('/v1/state-changes', changes(1, 100))).status).toBe(202);
});

it('an error that nobody caught ends the process, and the next one goes on where it was', async () => {
  const receiver = await endpoint((socket) => socket.write(answer()));
  const planted = "data:text/javascript,process.on('SIGUSR2',()=>{throw new Error('planted')})";
  const { server, api, errors } = await serve([], { NODE_OPTIONS: `--import "${planted}"` });
  await putEndpoints(api, [receiver.url]);
  await api.post('/v1/endpoints/e0/pause', {});
  expect((await api.post('/v1/state-changes', changes(5))).status).toBe(202);
  const exited = new Promise((resolve) => server.child.once('exit', resolve));
  server.child.kill('SIGUSR2');
  expect(await exited).not.toBe(0);
  expect(errors()).toContain('planted');

  const again = await serve();
  await again.api.post('/v1/endpoints/e0/resume', {});
  await until(async () => (await countOf(again.api, 1)) === 5);
});

it('a failed sync ends the process with a sentence, and nothing acknowledged is lost', async () => {
  const strace = await findProgram('strace');
  if (strace === undefined) return void leftOut('a failed sync', 'there is no strace');
  const inject = [strace, '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fdatasync,fsync'];
  const broken = ['-e', 'inject=fdatasync,fsync:error=EIO:when=40+'];
  const { server, api, errors } = await serve([...inject, ...broken]);
  await putEndpoints(api, ['http://127.0.0.1:9/']);
  await api.post('/v1/endpoints/e0/pause', {});
  const exited = new Promise((resolve) => server.child.once('exit', resolve));
  const acknowledged: string[] = [];
  let refused = 0;
  for (const change of changes(200)) {
    const answered = await api.post('/v1/state-changes', change).catch(() => undefined);
    if (answered === undefined) break;
    if (answered.status === 202) acknowledged.push(change.houseTaskId);
    else refused += 1;
  }
  expect(await exited).not.toBe(0);
  expect(errors()).toMatch(/The disk failed/);
  expect(acknowledged.length + refused).toBeLessThan(200);
  expect(acknowledged.length).toBeGreaterThan(0);

  const again = await serve();
  const items = (await again.api.get('/v1/house-tasks?limit=500')).body.items;
  const kept = new Set(items.map((task: { houseTaskId: string }) => task.houseTaskId));
  expect(acknowledged.filter((task) => !kept.has(task))).toEqual([]);
});

it('a notification is signed alike in every time zone', async () => {
  const script = join(import.meta.dirname, 'print-signed-request.ts');
  const texts = await Promise.all(
    ['UTC', 'Asia/Shanghai', 'America/New_York', 'Pacific/Apia'].map((zone) => printed(script, zone)),
  );
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain('"timestamp":"1709164799999"');
});

async function printed(script: string, zone: string): Promise<string> {
  const file = join(folder, zone.replace('/', '-'));
  await runToEnd(['--conditions=doorbell-source', script, file], { TZ: zone });
  return readFile(file, 'utf8');
}

function isWithoutDescriptor(item: { readonly waitsFor?: unknown }): boolean {
  return JSON.stringify(item).includes('EMFILE');
}
