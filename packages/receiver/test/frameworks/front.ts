import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Receiver } from '@doorbell/receiver';

import { post, type TestAnswer } from '../post-request.ts';
import type { TestRequest } from '../signed-request.ts';

/** A framework, set up in one way, with the receiver at /doorbell. */
export interface Front {
  readonly name: string;
  /** Where the framework answers otherwise than the table: by the name of the case, what it answers. */
  readonly deviations?: Readonly<Record<string, string>>;
  /** A function from Request to Response, on no server of its own. */
  readonly socketless?: true;
  start(receiver: Receiver): Promise<Running>;
}

export interface Running {
  readonly port: number | null;
  send(request: TestRequest): Promise<TestAnswer>;
  stop(): Promise<void>;
}

/** Serves on a free port of 127.0.0.1; `close` is what the framework itself wants to be told. */
export async function listen(
  listener: RequestListener,
  close: () => unknown = () => undefined,
): Promise<Running> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    send: (request) => post(port, request),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
    },
  };
}

/** A parser that hands over text has replaced what was no UTF-8: the sign does not fit what is left. */
export const AFTER_TEXT: Readonly<Record<string, string>> = {
  'bytes that are not UTF-8': '200 401 authentication failed',
};

/** A parser that hands over an object has also decoded leniently, and dropped what it has no place for. */
export const AFTER_PARSING: Readonly<Record<string, string>> = {
  ...AFTER_TEXT,
  'escapes that are not UTF-8': '200 401 authentication failed',
  'a lone percent sign': '200 401 authentication failed',
  'an empty __proto__': '200 200 Success',
};
