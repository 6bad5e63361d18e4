import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';

export function metricsRoutes({ metrics }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/metrics',
      {
        logLevel: 'warn',
        schema: {
          tags: ['operation'],
          operationId: 'metrics',
          summary: 'Prometheus metrics',
          security: [],
          produces: ['text/plain'],
          response: { 200: Type.String() },
        },
        serializerCompiler: () => String,
      },
      async (_request, reply) => reply.type(metrics.contentType).send(await metrics.render()),
    );
  };
}
