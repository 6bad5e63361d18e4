import type { IncomingMessage } from 'node:http';

import { formLimits } from '@doorbell/contract';

/**
 * The bytes of the body, or why there are none: `consumed` says that something read them before. Reads no more than
 * 64 KiB and waits for nobody but the sender.
 */
export function readNodeBody(
  request: IncomingMessage,
): Promise<Uint8Array | 'too-large' | 'aborted' | 'consumed'> {
  if (request.readableDidRead) return Promise.resolve('consumed');
  // A body of no bytes leaves no mark when it is read, and says no more when it is read again.
  if (request.readableEnded) return Promise.resolve(new Uint8Array());
  if (request.destroyed) return Promise.resolve('aborted');
  if (Number(request.headers['content-length'] ?? 0) > formLimits.bodyBytesMax) {
    return Promise.resolve('too-large');
  }
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    function onData(chunk: Uint8Array | string): void {
      // Text comes only where a middleware has called setEncoding.
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      length += bytes.byteLength;
      if (length <= formLimits.bodyBytesMax) {
        chunks.push(bytes);
      } else {
        request.off('data', onData);
        resolve('too-large');
      }
    }
    function onEnd(): void {
      const [only] = chunks;
      const body = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
      afterReading(() => resolve(body));
    }
    function onGone(): void {
      if (!request.readableEnded) resolve('aborted');
    }
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('error', onGone);
    request.on('close', onGone);
    // Listening does not start a stream that somebody in front has paused.
    request.resume();
  });
}

const read: (() => void)[] = [];

/**
 * Once everybody whose request is ready has been read: then all are verified and answered one after the other. With
 * the kernel's work between them, which takes the processor's caches, a request took a third more of its time.
 */
function afterReading(goOn: () => void): void {
  if (read.push(goOn) === 1) setImmediate(goOnAll);
}

function goOnAll(): void {
  for (const goOn of read.splice(0)) goOn();
}
