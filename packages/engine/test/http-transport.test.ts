import { once } from 'node:events';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpTransport } from '../src/transports/http.ts';
import { aRequest, bodyOf, localTransport, never } from './a-request.ts';
import { answer, type RawEndpoint, type RawEndpointScript, startRawEndpoint } from './raw-endpoint.ts';

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function endpoint(script: RawEndpointScript): Promise<RawEndpoint> {
  const started = await startRawEndpoint(script);
  opened.push(started);
  return started;
}

function transport(): HttpTransport {
  const created = localTransport();
  opened.push(created);
  return created;
}

describe('an ordinary exchange', () => {
  it('posts the body under the given header names and returns status, body and peer', async () => {
    const { url, port, requests } = await endpoint({ onRequest: (socket) => socket.write(answer()) });
    const reply = await transport().post(aRequest(url), never);
    expect(reply).toMatchObject({
      kind: 'response',
      httpStatus: 200,
      retryAfter: null,
      remoteAddress: '127.0.0.1',
    });
    expect(bodyOf(reply)).toBe('{"state":200,"payload":""}');
    const [head = '', body] = (requests[0] ?? '').split('\r\n\r\n');
    expect(head.split('\r\n')).toEqual([
      'POST /notify?customer=1 HTTP/1.1',
      `host: 127.0.0.1:${port}`,
      'connection: keep-alive',
      'user-agent: Doorbell/test',
      'accept-encoding: identity',
      'content-type: application/x-www-form-urlencoded',
      'Sign: 0123456789abcdef',
      'webhook-id: T1.3',
      'content-length: 26',
    ]);
    expect(body).toBe('state=50000&houseTaskId=T1');
  });

  it("works against Node's own server, several at once", async () => {
    const server = createServer((request, response) => {
      request
        .resume()
        .on('end', () => response.end(`{"state":200,"payload":"${request.headers['webhook-id']}"}`));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    opened.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
    const sender = transport();
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        sender.post(aRequest(url, { headers: { 'webhook-id': `T${index}` }, inFlightMax: 8 }), never),
      ),
    );
    expect(replies.map(bodyOf)).toEqual(replies.map((_, index) => `{"state":200,"payload":"T${index}"}`));
  });

  it('reuses the connection for the next request, also after an answer 500', async () => {
    const { url, connectionCount } = await endpoint({
      onRequest: (socket, _request, index) => socket.write(index === 0 ? answer('', '500 Oops') : answer()),
    });
    const sender = transport();
    for (let index = 0; index < 3; index += 1) await sender.post(aRequest(url), never);
    expect(connectionCount()).toBe(1);
  });

  it('opens a new connection after an answer that closes the old one', async () => {
    const { url, connectionCount } = await endpoint({
      onRequest: (socket) => socket.end(answer('ok', '200 OK', ['connection: close'])),
    });
    const sender = transport();
    const replies = [await sender.post(aRequest(url), never), await sender.post(aRequest(url), never)];
    expect(replies.map(bodyOf)).toEqual(['ok', 'ok']);
    expect(connectionCount()).toBe(2);
  });

  it('hands a waiting request over to a connection that closes meanwhile, without losing it', async () => {
    const { url, requests } = await endpoint({
      onRequest: (socket) => socket.end(answer('ok', '200 OK', ['connection: close'])),
    });
    const sender = transport();
    const replies = await Promise.all(
      [1, 2, 3, 4].map(() => sender.post(aRequest(url, { inFlightMax: 1 }), never)),
    );
    expect(replies.map(bodyOf)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(requests).toHaveLength(4);
  });

  it('captures Retry-After as it came', async () => {
    const { url } = await endpoint({
      onRequest: (socket) => socket.write(answer('', '503 Busy', ['Retry-After: 120'])),
    });
    expect(await transport().post(aRequest(url), never)).toMatchObject({
      httpStatus: 503,
      retryAfter: '120',
    });
  });

  it('returns 204 with an empty body', async () => {
    const { url } = await endpoint({
      onRequest: (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
    });
    const reply = await transport().post(aRequest(url), never);
    expect(reply).toMatchObject({ kind: 'response', httpStatus: 204 });
    expect(bodyOf(reply)).toBe('');
  });

  it('does not follow a redirect', async () => {
    const { url, requests } = await endpoint({
      onRequest: (socket) => socket.write(answer('', '302 Found', ['location: /elsewhere'])),
    });
    expect(await transport().post(aRequest(url), never)).toMatchObject({ kind: 'response', httpStatus: 302 });
    expect(requests).toHaveLength(1);
  });

  it('does not decompress a body that came compressed all the same', async () => {
    const packed = gzipSync('{"state":200}');
    const { url } = await endpoint({
      onRequest: (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`);
        socket.write(packed);
      },
    });
    const reply = await transport().post(aRequest(url), never);
    expect(reply.kind === 'response' && Buffer.from(reply.body).equals(packed)).toBe(true);
  });

  it('reads a chunked body with trailers, an HTTP/1.0 body up to the close, and passes over 103', async () => {
    const answers = [
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nx: y\r\n\r\n',
      'HTTP/1.0 200 OK\r\n\r\nuntil the end',
      `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${answer('late')}`,
    ];
    const { url } = await endpoint({
      onRequest: (socket, _request, index) => {
        socket.write(answers[index] ?? '');
        if (index === 1) socket.end();
      },
    });
    const sender = transport();
    const bodies: string[] = [];
    for (const _ of answers) bodies.push(bodyOf(await sender.post(aRequest(url), never)));
    expect(bodies).toEqual(['abcde', 'until the end', 'late']);
  });

  it('reaches a server on ::1 by its literal and by localhost', async () => {
    const { port } = await endpoint({ host: '::1', onRequest: (socket) => socket.write(answer('six')) });
    const sender = transport();
    const literal = await sender.post(aRequest(`http://[::1]:${port}/`), never);
    expect(literal).toMatchObject({ kind: 'response', remoteAddress: '::1' });
    expect(bodyOf(await sender.post(aRequest(`http://localhost:${port}/`), never))).toBe('six');
  });
});

describe('limits', () => {
  it('keeps at most inFlightMax requests under way, and the others wait their turn', async () => {
    let most = 0;
    const held: (() => void)[] = [];
    const { url, openSockets } = await endpoint({
      onRequest: (socket) => {
        most = Math.max(most, openSockets.size);
        held.push(() => socket.write(answer()));
        if (held.length === 2) for (const go of held.splice(0)) go();
      },
    });
    const sender = transport();
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => sender.post(aRequest(url, { inFlightMax: 2 }), never)),
    );
    expect(replies.every((reply) => reply.kind === 'response')).toBe(true);
    expect(most).toBe(2);
  });

  it('does not let a stuck endpoint hold up another, nor another URL of the same endpoint', async () => {
    const stuck = await endpoint({});
    const healthy = await endpoint({ onRequest: (socket) => socket.write(answer('here')) });
    const sender = transport();
    const stop = new AbortController();
    const waiting = [1, 2, 3].map(() => sender.post(aRequest(stuck.url, { inFlightMax: 2 }), stop.signal));
    const other = await sender.post(aRequest(healthy.url, { endpointId: 'other' }), never);
    const notice = await sender.post(aRequest(healthy.url), never);
    expect([bodyOf(other), bodyOf(notice)]).toEqual(['here', 'here']);
    stop.abort();
    expect((await Promise.all(waiting)).map((reply) => reply.kind === 'failure' && reply.reason)).toEqual([
      'aborted',
      'aborted',
      'aborted',
    ]);
  });

  it('reads a body of exactly 64 KiB', async () => {
    const { url } = await endpoint({ onRequest: (socket) => socket.write(answer('x'.repeat(65_536))) });
    expect(bodyOf(await transport().post(aRequest(url), never))).toHaveLength(65_536);
  });

  it.each([
    ['announces one byte more', (send: (text: string) => void) => send(answer('x'.repeat(65_537)))],
    [
      'never ends',
      (send: (text: string) => void) => {
        send('HTTP/1.1 200 OK\r\n\r\n');
        for (let index = 0; index < 64; index += 1) send('x'.repeat(16_384));
      },
    ],
    [
      'never ends, chunked',
      (send: (text: string) => void) => {
        send('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        for (let index = 0; index < 64; index += 1) send(`4000\r\n${'x'.repeat(16_384)}\r\n`);
      },
    ],
  ])('stops reading and closes the connection when a body %s', async (_title, write) => {
    const { url, deserted } = await endpoint({ onRequest: (socket) => write((text) => socket.write(text)) });
    const reply = await transport().post(aRequest(url), never);
    expect(reply).toMatchObject({ kind: 'failure', reason: 'response-too-large', uncertain: true });
    await deserted();
  });

  it('refuses 2,000 headers', async () => {
    const headers = Array.from({ length: 2_000 }, (_, index) => `x-${index}: 0123456789`);
    const { url, deserted } = await endpoint({
      onRequest: (socket) => socket.write(answer('', '200 OK', headers)),
    });
    const reply = await transport().post(aRequest(url), never);
    expect(reply).toMatchObject({ kind: 'failure', reason: 'response-too-large', uncertain: true });
    await deserted();
  });

  it.each([
    ['a head that never comes', () => {}],
    ['a head that drips', (drip: (text: string) => void) => drip('HTTP/1.1 200 OK\r\nx-slow: ')],
    [
      'a body that drips',
      (drip: (text: string) => void) => drip('HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n'),
    ],
  ])('ends %s at the total timeout, and the connection with it', async (_title, begin) => {
    const { url, deserted } = await endpoint({
      onRequest: (socket) => {
        begin((text) => {
          socket.write(text);
          const dripping = setInterval(() => socket.write('x'), 10);
          socket.on('close', () => clearInterval(dripping));
        });
      },
    });
    const reply = await transport().post(aRequest(url, { totalTimeoutMs: 150 }), never);
    expect(reply).toMatchObject({
      kind: 'failure',
      reason: 'timeout',
      uncertain: true,
      remoteAddress: '127.0.0.1',
    });
    await deserted();
  });

  it('counts the wait for a free connection in the total timeout, and then nothing was sent', async () => {
    const { url, requests } = await endpoint({});
    const sender = transport();
    const first = sender.post(aRequest(url, { inFlightMax: 1, totalTimeoutMs: 300 }), never);
    const second = await sender.post(aRequest(url, { inFlightMax: 1, totalTimeoutMs: 100 }), never);
    expect(second).toMatchObject({
      kind: 'failure',
      reason: 'timeout',
      uncertain: false,
      remoteAddress: null,
    });
    expect(await first).toMatchObject({ kind: 'failure', reason: 'timeout', uncertain: true });
    expect(requests).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('sends nothing when the signal was aborted before', async () => {
    const { url, connectionCount } = await endpoint({});
    const reply = await transport().post(aRequest(url), AbortSignal.abort());
    expect(reply).toMatchObject({ kind: 'failure', reason: 'aborted', uncertain: false });
    expect(connectionCount()).toBe(0);
  });

  it('ends every exchange of an aborted signal, and no other', async () => {
    const stop = new AbortController();
    const { url, deserted } = await endpoint({
      onRequest: (_socket, _request, index) => index === 1 && stop.abort(),
    });
    const other = await endpoint({ onRequest: (socket) => socket.write(answer('goes on')) });
    const sender = transport();
    const stopped = [1, 2].map(() => sender.post(aRequest(url), stop.signal));
    const kept = sender.post(aRequest(other.url), never);
    expect(await Promise.all(stopped)).toMatchObject([
      { kind: 'failure', reason: 'aborted', uncertain: true },
      { kind: 'failure', reason: 'aborted', uncertain: true },
    ]);
    expect(bodyOf(await kept)).toBe('goes on');
    await deserted();
  });

  it('leaves no socket open after close, idle or busy, and answers later requests with aborted', async () => {
    const idle = await endpoint({ onRequest: (socket) => socket.write(answer()) });
    let begun: () => void = () => {};
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const busy = await endpoint({ onRequest: () => begun() });
    const sender = transport();
    await sender.post(aRequest(idle.url), never);
    const underWay = sender.post(aRequest(busy.url), never);
    await isBegun;
    await sender.close();
    expect(await underWay).toMatchObject({ kind: 'failure', reason: 'aborted', uncertain: true });
    await Promise.all([idle.deserted(), busy.deserted()]);
    const late = await sender.post(aRequest(idle.url), never);
    expect(late).toMatchObject({ kind: 'failure', reason: 'aborted', uncertain: false });
  });
});
