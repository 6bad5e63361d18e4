import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { contend } from '../contend.ts';

/** A dead endpoint of the worst kind: it takes every connection and every byte, and never answers. */
async function start(): Promise<{ readonly url: string }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

contend({ start });
