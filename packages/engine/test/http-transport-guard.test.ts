import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createNetworkPolicy, type Reply, type SignedRequest } from '../src/index.ts';
import { openGuardedConnection, targetOf } from '../src/transports/guarded-connection.ts';
import { createHttpTransport } from '../src/transports/http.ts';
import type { ResolveHost } from '../src/transports/resolve-host.ts';
import { aRequest, bodyOf, localTransport, never } from './a-request.ts';
import { answer, type RawEndpoint, startRawEndpoint } from './raw-endpoint.ts';
import { loopbackSpellings, refusedAddresses } from './ssrf-corpus.ts';

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function listenOn(host: string, port?: number): Promise<RawEndpoint> {
  const endpoint = await startRawEndpoint({
    host,
    ...(port === undefined ? {} : { port }),
    onRequest: (socket) => socket.end(answer(host, '200 OK', ['connection: close'])),
  });
  opened.push(endpoint);
  return endpoint;
}

function guarded(
  allowNetworks: readonly string[],
  resolve?: ResolveHost,
): (request: SignedRequest) => Promise<Reply> {
  const policy = createNetworkPolicy({ allowNetworks });
  const sender = createHttpTransport({ policy, userAgent: 'Doorbell/test', ...(resolve ? { resolve } : {}) });
  opened.push(sender);
  return (request) => sender.post(request, never);
}

const blocked = { kind: 'failure', reason: 'blocked-address', uncertain: false };

describe('a transport without allowed networks', () => {
  it.each(loopbackSpellings)('sends nothing to http://%s', async (host) => {
    const endpoint = await listenOn('127.0.0.1');
    const reply = await guarded([])(aRequest(`http://${host}:${endpoint.port}/`));
    expect(reply).toMatchObject(blocked);
    expect([endpoint.connectionCount(), endpoint.bytesReceived()]).toEqual([0, 0]);
  });

  it.each(['http', 'https'])(
    'sends nothing over %s to a name that resolves to this machine',
    async (scheme) => {
      const endpoint = await listenOn('127.0.0.1');
      for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '0.0.0.0']) {
        const reply = await guarded([], () => Promise.resolve([address]))(
          aRequest(`${scheme}://rebind.test:${endpoint.port}/`),
        );
        expect(reply).toMatchObject({ ...blocked, remoteAddress: address });
      }
      expect(endpoint.connectionCount()).toBe(0);
    },
  );

  it.each(refusedAddresses)('does not connect to %s when a name resolves to it', async (address) => {
    expect(
      await guarded([], () => Promise.resolve([address]))(aRequest('http://rebind.test/')),
    ).toMatchObject(blocked);
  });

  it.each(refusedAddresses)(
    'does not connect to the literal %s even when the URL was not checked',
    async (host) => {
      const guard = {
        policy: createNetworkPolicy({ allowNetworks: [] }),
        resolve: () => Promise.resolve([]),
        secureContext: () => {
          throw new Error('not needed');
        },
      };
      const target = { ...targetOf(new URL('http://endpoint.test/'), 1_000), host };
      const failure = await new Promise((resolve) => openGuardedConnection(target, guard, resolve));
      expect(failure).toMatchObject({ reason: 'blocked-address' });
    },
  );
});

// 127.0.0.2 stands for the public internet here: it alone is allowed.
describe('a transport with an allowed network', () => {
  it('opens exactly that', async () => {
    const inside = await listenOn('127.0.0.2');
    const outside = await listenOn('127.0.0.1');
    const post = guarded(['127.0.0.2/32']);
    expect(bodyOf(await post(aRequest(`http://127.0.0.2:${inside.port}/`)))).toBe('127.0.0.2');
    expect(await post(aRequest(`http://127.0.0.1:${outside.port}/`))).toMatchObject(blocked);
    expect(await post(aRequest(`http://localhost:${outside.port}/`))).toMatchObject(blocked);
    expect(outside.connectionCount()).toBe(0);
  });

  it('asks anew for each connection, and refuses a name that has moved to another address', async () => {
    const inside = await listenOn('127.0.0.2');
    const outside = await listenOn('127.0.0.1', inside.port);
    const answers = [['127.0.0.2'], ['127.0.0.1']];
    const post = guarded(['127.0.0.2/32'], () => Promise.resolve(answers.shift() ?? []));
    const url = `http://rebind.test:${inside.port}/`;
    expect(bodyOf(await post(aRequest(url)))).toBe('127.0.0.2');
    expect(await post(aRequest(url))).toMatchObject({ ...blocked, remoteAddress: '127.0.0.1' });
    expect(outside.connectionCount()).toBe(0);
  });

  it.each([
    ['first', ['127.0.0.1', '127.0.0.2']],
    ['last', ['127.0.0.2', '127.0.0.1']],
    ['among others', ['::1', '127.0.0.2', '127.0.0.1', '::ffff:127.0.0.1']],
  ])('passes over a refused address that comes %s in a mixed answer', async (_title, addresses) => {
    const inside = await listenOn('127.0.0.2');
    const outside = await listenOn('127.0.0.1', inside.port);
    const post = guarded(['127.0.0.2/32'], () => Promise.resolve(addresses));
    expect(await post(aRequest(`http://mixed.test:${inside.port}/`))).toMatchObject({
      remoteAddress: '127.0.0.2',
    });
    expect(outside.connectionCount()).toBe(0);
  });

  it.each(['http', 'https'])(
    'looks at the peer it really got before it sends a byte over %s',
    async (scheme) => {
      // The kernel connects 0.0.0.0 to loopback: allowed by name of the first, refused as the second.
      const endpoint = await listenOn('127.0.0.1');
      const reply = await guarded(['0.0.0.0/8'])(aRequest(`${scheme}://0.0.0.0:${endpoint.port}/`));
      expect(reply).toMatchObject({ ...blocked, remoteAddress: '127.0.0.1' });
      await endpoint.deserted();
      expect(endpoint.bytesReceived()).toBe(0);
    },
  );

  it('tries the next address when the first refuses', async () => {
    const endpoint = await listenOn('127.0.0.2');
    const post = guarded(['127.0.0.0/8'], () => Promise.resolve(['127.0.0.3', '127.0.0.2']));
    expect(bodyOf(await post(aRequest(`http://two.test:${endpoint.port}/`)))).toBe('127.0.0.2');
  });
});

describe('a name that cannot be resolved', () => {
  it.each<[string, ResolveHost]>([
    ['has no address', () => Promise.resolve([])],
    [
      'does not exist',
      () => Promise.reject(Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })),
    ],
    ['is never answered for', () => new Promise(() => {})],
  ])('is a certain failure when it %s', async (_title, resolve) => {
    const reply = await guarded([], resolve)(aRequest('https://gone.test/', { connectTimeoutMs: 100 }));
    expect(reply).toMatchObject({ kind: 'failure', reason: 'dns', uncertain: false, remoteAddress: null });
  });

  it('does not hold up close', async () => {
    const sender = localTransport({ resolve: () => new Promise(() => {}) });
    const reply = sender.post(aRequest('http://gone.test/'), never);
    await sender.close();
    expect(await reply).toMatchObject({ reason: 'aborted', uncertain: false });
  });
});

describe('a host that answers no SYN', () => {
  // A full accept queue drops SYNs on Linux; elsewhere it refuses them.
  it.runIf(process.platform === 'linux')('is given up at the connect timeout, with certainty', async () => {
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(
      `const { workerData: gate, parentPort } = require('node:worker_threads');
       const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
         parentPort.postMessage(server.address().port);
         setImmediate(() => Atomics.wait(gate, 0, 0));
       });`,
      { eval: true, workerData: gate },
    );
    const [port]: number[] = await once(worker, 'message');
    const fillers = [1, 2, 3, 4].map(() => connect(port ?? 0, '127.0.0.1').on('error', () => {}));
    await once(fillers[1] ?? worker, 'connect');
    const sender = localTransport();
    opened.push(sender);
    const reply = await sender.post(aRequest(`http://127.0.0.1:${port}/`, { connectTimeoutMs: 150 }), never);
    for (const filler of fillers) filler.destroy();
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    await worker.terminate();
    expect(reply).toMatchObject({ kind: 'failure', reason: 'connect-timeout', uncertain: false });
  });
});
