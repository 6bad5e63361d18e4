import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Reply } from '../src/index.ts';
import { aRequest, bodyOf, localTransport, never } from './a-request.ts';
import { answer, type RawEndpoint, type RawEndpointScript, startRawEndpoint } from './raw-endpoint.ts';

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function postTo(script: RawEndpointScript): Promise<{ reply: Reply; endpoint: RawEndpoint }> {
  const endpoint = await startRawEndpoint(script);
  const sender = localTransport();
  opened.push(endpoint, sender);
  return { reply: await sender.post(aRequest(endpoint.url), never), endpoint };
}

describe('when no byte of the request was written', () => {
  it('reports a refused connection as certain', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    const address = free.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await new Promise((resolve) => free.close(resolve));
    const sender = localTransport();
    opened.push(sender);
    const reply = await sender.post(aRequest(`http://127.0.0.1:${port}/`), never);
    expect(reply).toMatchObject({
      kind: 'failure',
      reason: 'refused',
      uncertain: false,
      remoteAddress: '127.0.0.1',
    });
    const named = await sender.post(aRequest(`http://localhost:${port}/`), never);
    expect(named).toMatchObject({ kind: 'failure', reason: 'refused', uncertain: false });
  });

  it.each([
    ['carries CR and LF', { 'webhook-id': 'T1\r\nx-injected: 1' }],
    ['carries LF', { 'webhook-id': 'T1\nx' }],
    ['carries NUL', { 'webhook-id': 'T1\u0000' }],
    ['is not Latin-1', { 'webhook-id': '张三' }],
    ['has a name with a colon', { 'x: y\r\nz': '1' }],
    ['sets the framing', { 'transfer-encoding': 'chunked' }],
    ['contradicts the body length', { 'content-length': '3' }],
  ])('refuses a header that %s, as a failure value', async (_title, headers) => {
    const endpoint = await startRawEndpoint({ onRequest: (socket) => socket.write(answer()) });
    const sender = localTransport();
    opened.push(endpoint, sender);
    const reply = await sender.post(aRequest(endpoint.url, { headers }), never);
    expect(reply).toMatchObject({ kind: 'failure', reason: 'network', uncertain: false });
    expect(endpoint.bytesReceived()).toBe(0);
    expect(bodyOf(await sender.post(aRequest(endpoint.url), never))).toContain('200');
  });
});

describe('when the request may have arrived', () => {
  it.each<[string, (socket: import('node:net').Socket) => void]>([
    ['before the answer', (socket) => socket.resetAndDestroy()],
    [
      'in the middle of the head',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nx-', () => socket.resetAndDestroy()),
    ],
    [
      'in the middle of a body',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', () => socket.resetAndDestroy());
      },
    ],
    [
      'in the middle of a chunked body',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n', () =>
          socket.resetAndDestroy(),
        );
      },
    ],
    ['in an orderly way without an answer', (socket) => socket.end()],
    [
      'in an orderly way within a body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'),
    ],
  ])('reports a connection that ends %s as an uncertain reset, sent once', async (_title, end) => {
    const { reply, endpoint } = await postTo({ onRequest: (socket) => end(socket) });
    expect(reply).toMatchObject({
      kind: 'failure',
      reason: 'reset',
      uncertain: true,
      remoteAddress: '127.0.0.1',
    });
    expect(endpoint.requests).toHaveLength(1);
    expect(endpoint.connectionCount()).toBe(1);
  });

  it('reports a reset before the request was read through as uncertain', async () => {
    const endpoint = await startRawEndpoint({
      onConnection: (socket) => socket.once('data', () => socket.resetAndDestroy()),
    });
    const sender = localTransport();
    opened.push(endpoint, sender);
    const reply = await sender.post(aRequest(endpoint.url, { body: `a=${'x'.repeat(60_000)}` }), never);
    expect(reply).toMatchObject({ kind: 'failure', reason: 'reset', uncertain: true });
  });

  it('reports a kept connection that the endpoint closes on the next request as uncertain, and does not send again', async () => {
    const endpoint = await startRawEndpoint({
      onRequest: (socket, _request, index) =>
        index === 0 ? socket.write(answer()) : socket.resetAndDestroy(),
    });
    const sender = localTransport();
    opened.push(endpoint, sender);
    await sender.post(aRequest(endpoint.url), never);
    const reply = await sender.post(aRequest(endpoint.url), never);
    expect(reply).toMatchObject({ kind: 'failure', reason: 'reset', uncertain: true });
    expect(endpoint.connectionCount()).toBe(1);
    expect(endpoint.requests).toHaveLength(2);
  });

  it.each([
    ['garbage', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['binary noise', '\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007'],
    ['a bad status line', 'HTTP/1.1 2x0 OK\r\n\r\n'],
    ['a bad chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n'],
    [
      'a length and chunks at once',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd'],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\nabcd'],
    ['an unasked 100 Continue', `HTTP/1.1 100 Continue\r\n\r\n${answer()}`],
    ['an upgrade nobody asked for', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['HTTP/2 frames', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('reports %s as malformed and closes the connection', async (_title, text) => {
    const { reply, endpoint } = await postTo({ onRequest: (socket) => socket.write(text, 'latin1') });
    expect(reply).toMatchObject({ kind: 'failure', reason: 'malformed-response', uncertain: true });
    await endpoint.deserted();
  });

  it('takes the announced length of a body that is longer, and never reuses that connection', async () => {
    const endpoint = await startRawEndpoint({
      onRequest: (socket, _request, index) =>
        socket.write(
          index === 0
            ? `${answer('first')}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged`
            : answer('second'),
        ),
    });
    const sender = localTransport();
    opened.push(endpoint, sender);
    expect(bodyOf(await sender.post(aRequest(endpoint.url), never))).toBe('first');
    expect(bodyOf(await sender.post(aRequest(endpoint.url), never))).toBe('second');
    expect(endpoint.connectionCount()).toBe(2);
  });

  it('goes on with the next request after every failure', async () => {
    const endpoint = await startRawEndpoint({
      onRequest: (socket, _request, index) =>
        index % 2 === 0 ? socket.write('garbage\r\n\r\n') : socket.write(answer('ok')),
    });
    const sender = localTransport();
    opened.push(endpoint, sender);
    const bodies: string[] = [];
    for (let index = 0; index < 4; index += 1) {
      bodies.push(bodyOf(await sender.post(aRequest(endpoint.url, { inFlightMax: 1 }), never)));
    }
    expect(bodies.map((body) => body.split(':')[0])).toEqual([
      'malformed-response',
      'ok',
      'malformed-response',
      'ok',
    ]);
  });
});
