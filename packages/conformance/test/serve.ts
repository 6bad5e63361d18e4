import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';

import { afterEach } from 'vitest';

import type { Clock } from '../src/clock.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(server: Server, close: () => void): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    close();
    await new Promise((resolve) => server.close(resolve));
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

/** An HTTP server until the test ends. */
export function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  return listen(server, () => server.closeAllConnections());
}

/** A server of bare sockets until the test ends. */
export function serveSockets(onSocket: (socket: Socket) => void): Promise<URL> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  return listen(server, () => {
    for (const socket of sockets) socket.destroy();
  });
}

/** A port that was free a moment ago. */
export async function findDeadUrl(): Promise<URL> {
  const url = await serve(() => {});
  for (const close of closers.splice(0)) await close();
  return url;
}

/** A clock that stands still, but on which a sleep up to `patienceMs` ends at once; a longer one only when aborted. */
export function standingClock(patienceMs = 1500): Clock {
  return {
    now: () => 1_532_059_200_000,
    monotonicMs: () => 0,
    sleep: (ms, signal) =>
      ms <= patienceMs
        ? Promise.resolve()
        : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  };
}
