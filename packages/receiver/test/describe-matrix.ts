import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Receiver } from '@doorbell/receiver';
import { fetchHandler } from '@doorbell/receiver/fetch';
import { nodeHandler } from '@doorbell/receiver/node';
import { afterEach, describe } from 'vitest';

import { post, type TestAnswer } from './post-request.ts';
import type { TestRequest } from './signed-request.ts';

export { post, readAnswer, type TestAnswer } from './post-request.ts';

type Send = (receiver: Receiver, request: TestRequest) => Promise<TestAnswer>;

const servers: Server[] = [];

/** Serves on a free port of 127.0.0.1 until the test ends. */
export async function serve(handler: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function sendToCore(receiver: Receiver, request: TestRequest): Promise<TestAnswer> {
  const { status, headers, body } = await receiver.receive(request);
  return { status, contentType: headers['content-type'] ?? null, body };
}

async function sendToFetch(receiver: Receiver, { method, headers, body }: TestRequest): Promise<TestAnswer> {
  const request = new Request('http://receiver.test/doorbell', {
    method,
    headers,
    body: method === 'GET' ? null : new Uint8Array(body),
  });
  const response = await fetchHandler(receiver)(request);
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    body: await response.text(),
  };
}

async function sendToNode(receiver: Receiver, request: TestRequest): Promise<TestAnswer> {
  return post(await serve(nodeHandler(receiver)), request);
}

const adapters: Record<string, Send> = {
  'the core': sendToCore,
  'the Fetch adapter': sendToFetch,
  'the node:http adapter': sendToNode,
};

/** Runs one body of tests over the core and every adapter, the node:http one over a real socket. */
export function describeMatrix(name: string, body: (send: Send) => void): void {
  for (const [adapter, send] of Object.entries(adapters)) {
    describe(`${name}, through ${adapter}`, () => body(send));
  }
}
