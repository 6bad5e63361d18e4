import { fetchHandler } from '@doorbell/receiver/fetch';
import { nodeHandler } from '@doorbell/receiver/node';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';

import { type Front, listen } from './front.ts';

const node: Front = {
  name: 'node:http',
  start: (receiver) => listen(nodeHandler(receiver)),
};

const hono: Front = {
  name: 'Hono on @hono/node-server',
  start(receiver) {
    const app = new Hono();
    const handle = fetchHandler(receiver);
    app.all('/doorbell', (c) => handle(c.req.raw));
    return listen(getRequestListener(app.fetch));
  },
};

const route: Front = {
  name: 'a route handler of Next, Bun or Deno',
  socketless: true,
  async start(receiver) {
    const handle = fetchHandler(receiver);
    return {
      port: null,
      async send({ method, headers, body }) {
        const url = 'http://receiver.test/doorbell';
        const init = { method, headers, body: method === 'GET' ? null : new Uint8Array(body) };
        const response = await handle(new Request(url, init));
        const contentType = response.headers.get('content-type');
        return { status: response.status, contentType, body: await response.text() };
      },
      stop: () => Promise.resolve(),
    };
  },
};

export const fetchFronts: readonly Front[] = [node, hono, route];
