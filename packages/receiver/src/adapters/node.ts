import type { IncomingMessage, ServerResponse } from 'node:http';

import { formLimits } from '@doorbell/contract';

import type { Answer } from '../answer.ts';
import type { Receiver } from '../create-receiver.ts';

/** What is still read and thrown away of a body that was too large, so that the sender gets to read the answer. */
const DRAIN_BYTES_MAX = 1_048_576;

/**
 * For node:http and frameworks that hand over its request. A body already read by someone else is taken from
 * `rawBody` or a Buffer or text in `body`; a parsed one is answered 500 with `body-consumed` at once.
 */
export function nodeHandler(
  receiver: Receiver,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    void answer(receiver, request, response);
  };
}

async function answer(receiver: Receiver, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (body === 'too-large') {
    const refused = receiver.refuse('form-too-large', `more than ${formLimits.bodyBytesMax} bytes`);
    sendAndClose(request, response, refused);
  } else if (body === 'aborted') {
    receiver.refuse('body-aborted', 'the sender went away before the body was complete');
    response.destroy();
  } else if (body === 'consumed') {
    send(response, receiver.refuse('body-consumed', 'put this handler before whatever reads the body'));
  } else {
    const headers = listPairs(request.rawHeaders);
    send(response, await receiver.receive({ method: request.method ?? '', headers, body }));
  }
}

function readBody(request: IncomingMessage): Promise<Uint8Array | 'too-large' | 'aborted' | 'consumed'> {
  if (request.readableDidRead) return Promise.resolve(findRawBody(request) ?? 'consumed');
  if (request.destroyed) return Promise.resolve('aborted');
  if (Number(request.headers['content-length'] ?? 0) > formLimits.bodyBytesMax) {
    return Promise.resolve('too-large');
  }
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    function onData(chunk: Uint8Array): void {
      length += chunk.byteLength;
      if (length > formLimits.bodyBytesMax) settle('too-large');
      else chunks.push(chunk);
    }
    function settle(outcome: Uint8Array | 'too-large' | 'aborted'): void {
      request.off('data', onData);
      resolve(outcome);
    }
    request.on('data', onData);
    request.once('end', () => settle(Buffer.concat(chunks)));
    request.once('error', () => settle('aborted'));
    request.once('close', () => settle('aborted'));
  });
}

/** Where frameworks leave the bytes when they read the body: NestJS `rawBody`, express.raw and express.text `body`. */
function findRawBody(request: IncomingMessage): Uint8Array | undefined {
  const { rawBody, body } = request as { rawBody?: unknown; body?: unknown };
  for (const raw of [rawBody, body]) {
    if (raw instanceof Uint8Array) return raw;
    if (typeof raw === 'string') return Buffer.from(raw, 'utf8');
  }
  return undefined;
}

/** The headers as they came: Node's own header object drops some repeated ones. */
function listPairs(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  // A middleware's time-out may have answered already.
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/**
 * Closing a socket with unread bytes resets it, and the sender would lose the answer. So the answer goes out whole,
 * the rest of the body is thrown away, and the connection closes when it ends or goes on for too long.
 */
function sendAndClose(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Answer,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' });
  response.write(body);
  let drained = 0;
  request.on('data', (chunk: Uint8Array) => {
    drained += chunk.byteLength;
    if (drained > DRAIN_BYTES_MAX) request.destroy();
  });
  // A body that ended with the chunk that was too much has told so before anybody listened here.
  if (request.readableEnded) response.end();
  else request.once('end', () => response.end());
}
