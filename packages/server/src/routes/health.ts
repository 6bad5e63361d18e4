import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { findStalls } from '../readiness.ts';

const notReady = Type.Object(
  {
    status: Type.Literal('not ready'),
    reasons: Type.Array(Type.Object({ code: Type.String(), detail: Type.String() })),
  },
  { description: 'The database cannot be read or takes no writes, or delivery stalls.' },
);

export function healthRoutes(ports: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/healthz',
      {
        logLevel: 'warn',
        schema: {
          tags: ['operation'],
          operationId: 'healthz',
          summary: 'The process is alive',
          security: [],
          response: { 200: Type.Object({ status: Type.Literal('ok') }) },
        },
      },
      async () => ({ status: 'ok' as const }),
    );

    app.get(
      '/readyz',
      {
        logLevel: 'warn',
        schema: {
          tags: ['operation'],
          operationId: 'readyz',
          summary: 'It does what its roles are: it takes changes, it delivers',
          security: [],
          response: { 200: Type.Object({ status: Type.Literal('ready') }), 503: notReady },
        },
      },
      async (_request, reply) => {
        const reasons = await findStalls(ports);
        if (reasons.length === 0) return reply.send({ status: 'ready' as const });
        return reply.code(503).send({ status: 'not ready' as const, reasons: [...reasons] });
      },
    );
  };
}
