import { once } from 'node:events';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aRequest, bodyOf, never } from './a-request.ts';
import { openEndpoint, openTransport } from './opened-for-a-test.ts';
import { answer } from './raw-endpoint.ts';

describe('an ordinary exchange', () => {
  it('posts the body under the given header names and returns status, body and peer', async () => {
    const { url, port, requests } = await openEndpoint({ onRequest: (socket) => socket.write(answer()) });
    const reply = await openTransport().post(aRequest(url), never);
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
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
    const sender = openTransport();
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        sender.post(aRequest(url, { headers: { 'webhook-id': `T${index}` }, inFlightMax: 8 }), never),
      ),
    );
    expect(replies.map(bodyOf)).toEqual(replies.map((_, index) => `{"state":200,"payload":"T${index}"}`));
  });

  it('reuses the connection for the next request, also after an answer 500', async () => {
    const { url, connectionCount } = await openEndpoint({
      onRequest: (socket, _request, index) => socket.write(index === 0 ? answer('', '500 Oops') : answer()),
    });
    const sender = openTransport();
    for (let index = 0; index < 3; index += 1) await sender.post(aRequest(url), never);
    expect(connectionCount()).toBe(1);
  });

  it('opens a new connection after an answer that closes the old one', async () => {
    const { url, connectionCount } = await openEndpoint({
      onRequest: (socket) => socket.end(answer('ok', '200 OK', ['connection: close'])),
    });
    const sender = openTransport();
    const replies = [await sender.post(aRequest(url), never), await sender.post(aRequest(url), never)];
    expect(replies.map(bodyOf)).toEqual(['ok', 'ok']);
    expect(connectionCount()).toBe(2);
  });

  it('opens a new connection when the endpoint has closed the old one in silence, or is about to', async () => {
    const { url, connectionCount, deserted } = await openEndpoint({
      onRequest: (socket, _request, index) =>
        index === 0
          ? socket.end(answer('first'))
          : socket.write(answer(`${index}`, '200 OK', ['keep-alive: timeout=2'])),
    });
    const sender = openTransport();
    const bodies = [bodyOf(await sender.post(aRequest(url), never))];
    await deserted();
    for (let more = 1; more <= 2; more += 1) bodies.push(bodyOf(await sender.post(aRequest(url), never)));
    expect(bodies).toEqual(['first', '1', '2']);
    expect(connectionCount()).toBe(3);
  });

  it('sends what is not ASCII as UTF-8, and counts its bytes', async () => {
    const { url, requests } = await openEndpoint({ onRequest: (socket) => socket.write(answer()) });
    await openTransport().post(aRequest(url, { headers: { 'x-name': 'é' }, body: '{"name":"张三"}' }), never);
    const [head = '', body = ''] = (requests[0] ?? '').split('\r\n\r\n');
    expect(head).toContain('x-name: é\r\ncontent-length: 17');
    expect(Buffer.from(body, 'latin1').toString()).toBe('{"name":"张三"}');
  });

  it('hands a waiting request over to a connection that closes meanwhile, without losing it', async () => {
    const { url, requests } = await openEndpoint({
      onRequest: (socket) => socket.end(answer('ok', '200 OK', ['connection: close'])),
    });
    const sender = openTransport();
    const replies = await Promise.all(
      [1, 2, 3, 4].map(() => sender.post(aRequest(url, { inFlightMax: 1 }), never)),
    );
    expect(replies.map(bodyOf)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(requests).toHaveLength(4);
  });

  it('captures Retry-After as it came', async () => {
    const { url } = await openEndpoint({
      onRequest: (socket) => socket.write(answer('', '503 Busy', ['Retry-After: 120'])),
    });
    expect(await openTransport().post(aRequest(url), never)).toMatchObject({
      httpStatus: 503,
      retryAfter: '120',
    });
  });

  it('returns 204 with an empty body', async () => {
    const { url } = await openEndpoint({
      onRequest: (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
    });
    const reply = await openTransport().post(aRequest(url), never);
    expect(reply).toMatchObject({ kind: 'response', httpStatus: 204 });
    expect(bodyOf(reply)).toBe('');
  });

  it('does not follow a redirect', async () => {
    const { url, requests } = await openEndpoint({
      onRequest: (socket) => socket.write(answer('', '302 Found', ['location: /elsewhere'])),
    });
    expect(await openTransport().post(aRequest(url), never)).toMatchObject({
      kind: 'response',
      httpStatus: 302,
    });
    expect(requests).toHaveLength(1);
  });

  it('does not decompress a body that came compressed all the same', async () => {
    const packed = gzipSync('{"state":200}');
    const { url } = await openEndpoint({
      onRequest: (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`);
        socket.write(packed);
      },
    });
    const reply = await openTransport().post(aRequest(url), never);
    expect(reply.kind === 'response' && Buffer.from(reply.body).equals(packed)).toBe(true);
  });

  it('reads a chunked body with trailers, an HTTP/1.0 body up to the close, and passes over 103', async () => {
    const answers = [
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nx: y\r\n\r\n',
      'HTTP/1.0 200 OK\r\n\r\nuntil the end',
      `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${answer('late')}`,
    ];
    const { url } = await openEndpoint({
      onRequest: (socket, _request, index) => {
        socket.write(answers[index] ?? '');
        if (index === 1) socket.end();
      },
    });
    const sender = openTransport();
    const bodies: string[] = [];
    for (const _ of answers) bodies.push(bodyOf(await sender.post(aRequest(url), never)));
    expect(bodies).toEqual(['abcde', 'until the end', 'late']);
  });

  it('reaches a server on ::1 by its literal and by localhost', async () => {
    const { port } = await openEndpoint({ host: '::1', onRequest: (socket) => socket.write(answer('six')) });
    const sender = openTransport();
    const literal = await sender.post(aRequest(`http://[::1]:${port}/`), never);
    expect(literal).toMatchObject({ kind: 'response', remoteAddress: '::1' });
    expect(bodyOf(await sender.post(aRequest(`http://localhost:${port}/`), never))).toBe('six');
  });
});
