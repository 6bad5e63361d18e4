import { fastifyPlugin } from '@doorbell/receiver/fastify';
import formBody from '@fastify/formbody';
import Fastify from 'fastify';

import { post } from '../post-request.ts';
import type { Front } from './front.ts';

function front(name: string, withFormBody: boolean): Front {
  return {
    name,
    async start(receiver) {
      const app = Fastify();
      if (withFormBody) await app.register(formBody);
      await app.register(fastifyPlugin(receiver), { prefix: '/doorbell' });
      const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
      return { port, send: (request) => post(port, request), stop: () => app.close() };
    },
  };
}

export const fastifyFronts: readonly Front[] = [
  front('Fastify, bare', false),
  front('Fastify with @fastify/formbody', true),
];
