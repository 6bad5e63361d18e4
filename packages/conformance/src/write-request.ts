import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { renderHead, type WireRequest } from './wire-request.ts';

const slowPieces = 8;
const slowPauseMs = 40;
/** How long senders that ask first wait for "100 Continue" before they send the body all the same. */
const continueWaitMs = 1000;

/** Writes one request in its manner. Stops early when the endpoint answers or closes meanwhile. */
export async function writeRequest(options: {
  connection: Connection;
  request: WireRequest;
  url: URL;
  persistent: boolean;
  clock: Clock;
}): Promise<void> {
  const { connection, request, url, persistent, clock } = options;
  const head = renderHead(request, url, persistent);
  const { manner, body } = request;
  if (manner === 'slow-head') {
    await writeSlowly(connection, head, clock);
    await connection.write(body);
  } else if (manner === 'slow-body') {
    await connection.write(head);
    await writeSlowly(connection, body, clock);
  } else if (manner === 'expect-continue') {
    await connection.write(head);
    await waitForContinue(connection, clock);
    await connection.write(body);
  } else {
    await connection.write(Buffer.concat([head, manner === 'chunked' ? inChunks(body) : body]));
  }
}

async function writeSlowly(connection: Connection, bytes: Uint8Array, clock: Clock): Promise<void> {
  const pieceBytes = Math.ceil(bytes.byteLength / slowPieces);
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    if (at > 0) await clock.sleep(slowPauseMs, new AbortController().signal);
    await connection.write(bytes.subarray(at, at + pieceBytes));
  }
}

async function waitForContinue(connection: Connection, clock: Clock): Promise<void> {
  const stop = new AbortController();
  await Promise.race([clock.sleep(continueWaitMs, stop.signal), connection.isToldToContinue()]);
  stop.abort();
}

/** Two chunks, so that the boundary lies within the form. */
function inChunks(body: Uint8Array): Buffer {
  const middle = Math.floor(body.byteLength / 2);
  const chunks = [body.subarray(0, middle), body.subarray(middle)].filter((chunk) => chunk.byteLength > 0);
  const framed = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.byteLength.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...framed, Buffer.from('0\r\n\r\n')]);
}
