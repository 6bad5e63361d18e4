import type { Socket } from 'node:net';
import { Problem, type ProblemKind } from './problem.ts';
import { headersOfAnyAnswer } from './security-headers.ts';

/** Answers bytes that are not HTTP, or headers over Node's limit, before any route sees them. */
export function refuseMalformedHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const kind: ProblemKind = error.code === 'HPE_HEADER_OVERFLOW' ? 'headers-too-large' : 'invalid-request';
  const problem = new Problem(kind, 'The request could not be read as HTTP.');
  const body = JSON.stringify(problem.toBody());
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.status === 431 ? 'Request Header Fields Too Large' : 'Bad Request'}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      ...Object.entries(headersOfAnyAnswer).map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n'),
  );
  // Who took too long once has no more time: what still dribbles in is not waited for.
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') socket.destroySoon();
}
