import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Answer } from '../answer.ts';

/** What is still read and thrown away of a body that was too large, so that the sender gets to read the answer. */
const DRAIN_BYTES_MAX = 1_048_576;

/** Whether the body was left unread, so that the connection is to end: a framework's own reply cannot do that well. */
export function endsConnection({ refusal }: Answer): boolean {
  return refusal?.code === 'form-too-large' || refusal?.code === 'body-aborted';
}

/** Writes the answer to the bare response; where somebody answered already, that stands. */
export function sendNodeAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (answer.refusal?.code === 'body-aborted') {
    response.destroy();
    return;
  }
  // A middleware's time-out may have answered already.
  if (response.headersSent || response.destroyed) return;
  if (answer.refusal?.code === 'form-too-large') {
    sendAndClose(request, response, answer);
    return;
  }
  const { status, headers, body } = answer;
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
  request.resume();
}
