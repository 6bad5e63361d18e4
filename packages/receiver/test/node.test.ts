import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { PassThrough, type Readable } from 'node:stream';

import type { Refusal } from '@doorbell/receiver';
import { nodeHandler } from '@doorbell/receiver/node';
import { expect, it } from 'vitest';

import { post, readAnswer, serve } from './describe-matrix.ts';
import { type Recorded, recordingReceiver } from './recording-receiver.ts';
import { form, seedFields, signedRequest } from './signed-request.ts';

const SUCCESS = '{"state":200,"payload":"Success"}';

/** What a body parser does that runs before the handler. */
async function readAll(request: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A receiver whose next refusal can be waited for. */
function waitingReceiver(): Recorded & { refused: Promise<Refusal> } {
  const { promise, resolve } = Promise.withResolvers<Refusal>();
  return { ...recordingReceiver({ onRefused: resolve }), refused: promise };
}

it.each([
  ['rawBody, beside a parsed body', (raw: Buffer) => ({ rawBody: raw, body: { state: '50000' } })],
  ['a Buffer in body', (raw: Buffer) => ({ body: raw })],
  ['text in body', (raw: Buffer) => ({ body: raw.toString('utf8') })],
])('a body that was read before is verified from %s', async (_name, leave) => {
  const { receiver } = recordingReceiver();
  const handle = nodeHandler(receiver);
  const port = await serve(async (request, response) => {
    handle(Object.assign(request, leave(await readAll(request))), response);
  });
  expect((await post(port, signedRequest())).body).toBe(SUCCESS);
});

it('a body that was read and parsed before is refused by name at once, not waited for', async () => {
  const { receiver, refusals } = recordingReceiver({ mirror: true });
  const handle = nodeHandler(receiver);
  const port = await serve(async (request, response) => {
    const parsed = Object.fromEntries(new URLSearchParams((await readAll(request)).toString()));
    handle(Object.assign(request, { body: parsed }), response);
  });
  expect(await post(port, signedRequest())).toMatchObject({
    status: 500,
    body: '{"state":500,"payload":"body-consumed"}',
  });
  expect(refusals.map(({ code }) => code)).toEqual(['body-consumed']);
});

it('an empty body object left by a parser that did not read the stream is passed over', async () => {
  const { receiver } = recordingReceiver();
  const handle = nodeHandler(receiver);
  const port = await serve((request, response) => handle(Object.assign(request, { body: {} }), response));
  expect((await post(port, signedRequest())).body).toBe(SUCCESS);
});

it('a handler that runs only after other asynchronous work still gets the body', async () => {
  const { receiver } = recordingReceiver();
  const handle = nodeHandler(receiver);
  const port = await serve(async (request, response) => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    handle(request, response);
  });
  expect((await post(port, signedRequest())).body).toBe(SUCCESS);
});

it('a sender that goes away in the middle of the body leaves nothing hanging and nothing handled', async () => {
  const { receiver, changes, refused } = waitingReceiver();
  const handle = nodeHandler(receiver);
  const answers: ServerResponse[] = [];
  const port = await serve((request, response) => {
    answers.push(response);
    handle(request, response);
    request.once('data', () => socket.destroy());
  });
  const socket = connect(port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nstate=50000');
  expect((await refused).code).toBe('body-aborted');
  expect(changes).toEqual([]);
  expect(answers.map(({ destroyed }) => destroyed)).toEqual([true]);
});

it('a request that was already gone when the handler got it is not waited for', async () => {
  const { receiver, refused } = waitingReceiver();
  const handle = nodeHandler(receiver);
  const port = await serve(async (request, response) => {
    socket.destroy();
    await new Promise((resolve) => request.once('close', resolve));
    handle(request, response);
  });
  const socket = connect(port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n');
  expect((await refused).code).toBe('body-aborted');
});

it('an answer that a middleware gave meanwhile stands', async () => {
  const { receiver } = recordingReceiver();
  const handle = nodeHandler(receiver);
  const port = await serve((request, response) => {
    response.writeHead(503).end('timed out');
    handle(request, response);
  });
  expect(await post(port, signedRequest())).toMatchObject({ status: 503, body: 'timed out' });
});

it.each([
  ['with a length', { 'content-length': 10_000_000 }],
  ['chunked', { 'transfer-encoding': 'chunked' }],
])('a body of 10 MB sent %s is answered 413 without being read in', async (_name, headers) => {
  const { receiver, refusals } = recordingReceiver();
  const port = await serve(nodeHandler(receiver));
  const request = httpRequest({ host: '127.0.0.1', port, method: 'POST', headers, agent: false });
  // The connection closes under what is still being sent; the answer was complete before.
  request.on('error', () => {});
  request.end(Buffer.alloc(10_000_000, 'x'));
  const [response] = await once(request, 'response');
  expect(response.headers.connection).toBe('close');
  expect(await readAnswer(response)).toMatchObject({
    status: 413,
    body: '{"state":500,"payload":"form-too-large"}',
  });
  expect(refusals.map(({ code }) => code)).toEqual(['form-too-large']);
});

it('a body that ends with the very chunk that is too much is answered 413, and the connection closes', async () => {
  const { receiver } = recordingReceiver();
  const handle = nodeHandler(receiver);
  const port = await serve((request, response) => {
    // As over TLS: Node then parses in JavaScript, and the end of the body comes before any waiting code runs.
    request.socket.on('data', () => {});
    handle(request, response);
    request.once('data', () => socket.write('3e8\r\n'.concat('x'.repeat(1000), '\r\n0\r\n\r\n')));
  });
  const socket = connect(port, '127.0.0.1');
  const start = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
  socket.write(start.concat((65_000).toString(16), '\r\n', 'x'.repeat(65_000), '\r\n'));
  // Reading to the end proves that the server ended the connection.
  const answer = (await readAll(socket)).toString();
  expect(answer).toMatch(/^HTTP\/1\.1 413 .*"form-too-large"\}$/s);
});

it('a sender that never stops is cut off after 1 MiB', async () => {
  const { receiver } = recordingReceiver();
  const port = await serve(nodeHandler(receiver));
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume().write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n');
  const flood = () => {
    while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
  };
  socket.on('drain', flood);
  flood();
  await closed;
  expect(socket.bytesWritten).toBeLessThan(100_000_000);
});

it('a sender that asks first with Expect: 100-continue is told to go on', async () => {
  const { receiver } = recordingReceiver();
  const port = await serve(nodeHandler(receiver));
  const { headers, body } = signedRequest();
  const request = httpRequest({ host: '127.0.0.1', port, method: 'POST', agent: false });
  for (const [name, value] of headers) request.setHeader(name, value);
  request.setHeader('content-length', body.byteLength);
  request.setHeader('expect', '100-continue');
  request.flushHeaders();
  await once(request, 'continue');
  request.end(body);
  const [response] = await once(request, 'response');
  expect((await readAnswer(response)).body).toBe(SUCCESS);
});

it('one connection carries many notifications, refused and accepted', async () => {
  const { receiver } = recordingReceiver();
  const port = await serve(nodeHandler(receiver));
  const { headers } = signedRequest();
  const states: unknown[] = [];
  for (const fields of [seedFields, { ...seedFields, state: '1' }, seedFields]) {
    const url = `http://127.0.0.1:${port}/`;
    const response = await fetch(url, { method: 'POST', headers, body: form(fields) });
    states.push(JSON.parse(await response.text()).state);
  }
  expect(states).toEqual([200, 401, 200]);
});

it.each<[string, (request: IncomingMessage) => void]>([
  ['paused', (request) => request.pause()],
  [
    'piped and unpiped',
    (request) => {
      const sink = new PassThrough();
      request.pipe(sink);
      request.unpipe(sink);
    },
  ],
])('a stream that a middleware has %s is read all the same', async (_what, meddle) => {
  const { receiver } = recordingReceiver();
  const handle = nodeHandler(receiver);
  const port = await serve((request, response) => {
    meddle(request);
    handle(request, response);
  });
  expect((await post(port, signedRequest())).body).toBe(SUCCESS);
});
