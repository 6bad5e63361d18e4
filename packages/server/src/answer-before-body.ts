import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';

/** So much of a body that nobody wants is read and thrown away; who sends more is cut off. */
const drainedBytesMax = 64 * 1_024 * 1_024;

/** True when there is a body that was not read to its end. */
export function hasUnreadBody({ headers, readableEnded, destroyed }: IncomingMessage): boolean {
  const isAnnounced = headers['transfer-encoding'] !== undefined || bodyBytes(headers) > 0;
  return isAnnounced && !readableEnded && !destroyed;
}

/**
 * Answers at once with the code and headers of the reply, but keeps the connection until the body has come: bytes
 * that arrive at a closed socket reset it, and the client would see that instead of the answer. Bounded to 64 MiB,
 * and in time by the server's request timeout.
 */
export function answerBeforeBody(reply: FastifyReply, text: string): FastifyReply {
  reply.hijack();
  const { raw, request } = reply;
  reply.header('content-length', Buffer.byteLength(text));
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value);
  }
  raw.writeHead(reply.statusCode);
  raw.write(text);
  void drain(request.raw).then((drained) => {
    raw.end();
    if (drained === 'too-large') request.raw.socket.destroySoon();
  });
  return reply;
}

function drain(request: IncomingMessage): Promise<'done' | 'too-large'> {
  return new Promise((resolve) => {
    if (bodyBytes(request.headers) > drainedBytesMax) return resolve('too-large');
    let bytes = 0;
    request.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > drainedBytesMax) resolve('too-large');
    });
    for (const end of ['end', 'close', 'error']) request.once(end, () => resolve('done'));
    request.resume();
  });
}

function bodyBytes(headers: IncomingMessage['headers']): number {
  return Number(headers['content-length'] ?? 0);
}
