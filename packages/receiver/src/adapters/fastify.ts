import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Receiver } from '../create-receiver.ts';
import { answerNodeRequest } from './answer-node-request.ts';
import { endsConnection, sendNodeAnswer } from './send-node-answer.ts';

interface FastifyRequest {
  readonly raw: IncomingMessage;
  headers: object;
}

interface FastifyReply {
  readonly raw: ServerResponse;
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(body: string): unknown;
  hijack(): unknown;
}

/** What is used of a Fastify instance. */
export interface FastifyScope {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: string,
    parser: (request: FastifyRequest, payload: unknown, done: (error: null) => void) => void,
  ): unknown;
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequest, reply: FastifyReply, done: () => void) => void,
  ): unknown;
  all(path: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): unknown;
}

/**
 * A Fastify plugin: `app.register(fastifyPlugin(receiver), { prefix: '/doorbell' })`. Within its own scope nothing parses
 * the body, whatever parsers the rest of the application has.
 */
export function fastifyPlugin(receiver: Receiver): (scope: FastifyScope) => Promise<void> {
  return async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    // Fastify answers 415 to a bare `x-www-form-urlencoded` before it looks for a parser; the receiver reads the raw headers.
    scope.addHook('onRequest', (request, _reply, done) => {
      request.headers = { 'content-type': 'application/octet-stream' };
      done();
    });
    scope.all('/', async (request, reply) => {
      const answer = await answerNodeRequest(receiver, request.raw, { raw: [] });
      if (endsConnection(answer)) {
        reply.hijack();
        sendNodeAnswer(request.raw, reply.raw, answer);
        return reply;
      }
      reply.code(answer.status);
      reply.headers({ ...answer.headers });
      return reply.send(answer.body);
    });
  };
}
