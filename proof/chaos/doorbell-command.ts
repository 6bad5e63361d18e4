import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

/** The built command. */
export const doorbell: string =
  process.env.CHAOS_DOORBELL ?? join(resolve(import.meta.dirname, '../..'), 'packages/cli/bin/doorbell.js');

/** Of 127.0.0.1, free a moment ago: the API must come back on the same one. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
