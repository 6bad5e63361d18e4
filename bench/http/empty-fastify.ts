import fastify from 'fastify';
import { contend } from '../contend.ts';

/** Parses the same JSON as Doorbell's route, looks at nothing and stores nothing. */
async function start(): Promise<{ readonly url: string }> {
  const app = fastify();
  app.post('/v1/state-changes', (_request, reply) => {
    reply.code(202).send({ sequence: 1 });
  });
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }) };
}

contend({ start });
