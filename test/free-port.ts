import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below where systems choose the ports of outgoing connections (Linux from 32768, others from 49152). */
const from = 20_000;
const to = 32_000;

/**
 * A port of 127.0.0.1 that was free a moment ago, and that no outgoing connection takes while a server restarts on it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(from, to);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
