import { type ApiKey, scopes } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { mintApiKey } from '../auth.ts';
import { notFound } from '../problem.ts';
import { nullable } from '../schemas/nullable.ts';
import { problems } from '../schemas/problem.ts';
import { showTime, showTimeOrNull, time } from '../schemas/time.ts';

const scopeList = Type.Array(Type.Enum([...scopes]), {
  minItems: 1,
  maxItems: scopes.length,
  description:
    '`append` records changes, `read` looks, `operate` also pauses, resumes, resends and tests, `admin` does everything.',
});

const keyName = Type.String({ maxLength: 256, description: 'What it is for.' });

export const apiKey = Type.Object(
  {
    id: Type.String({ examples: ['3f2a90c1d4e7'] }),
    name: keyName,
    scopes: scopeList,
    createdAt: time,
    lastUsedAt: nullable({ ...time, description: 'To the minute; null before the first use.' }),
    revokedAt: nullable(time),
  },
  { title: 'ApiKey' },
);

function showApiKey(key: ApiKey): Static<typeof apiKey> {
  return {
    id: key.id,
    name: key.name,
    scopes: [...key.scopes],
    createdAt: showTime(key.createdAt),
    lastUsedAt: showTimeOrNull(key.lastUsedAt),
    revokedAt: showTimeOrNull(key.revokedAt),
  };
}

/** Bearer keys of the API. */
export function apiKeyRoutes({ admin, clock, randomBytes }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/api-keys',
      {
        schema: {
          tags: ['access'],
          operationId: 'listApiKeys',
          summary: 'All API keys, with the revoked ones',
          response: { 200: Type.Object({ items: Type.Array(apiKey) }), ...problems(401, 503) },
        },
      },
      async () => ({ items: (await admin.listApiKeys()).map(showApiKey) }),
    );

    app.post(
      '/api-keys',
      {
        schema: {
          tags: ['access'],
          operationId: 'createApiKey',
          summary: 'Make an API key; it is shown this once',
          body: Type.Object({ name: keyName, scopes: scopeList }, { additionalProperties: false }),
          response: {
            201: Type.Object({ key: Type.String(), apiKey }),
            ...problems(400, 401, 413, 415, 503),
          },
        },
      },
      async ({ body, actor }, reply) => {
        const { key, record } = mintApiKey(
          { name: body.name, scopes: [...new Set(body.scopes)] },
          clock.now(),
          randomBytes,
        );
        await admin.putApiKey(record, actor);
        return reply.code(201).send({ key, apiKey: showApiKey(record) });
      },
    );

    app.delete(
      '/api-keys/:keyId',
      {
        schema: {
          tags: ['access'],
          operationId: 'revokeApiKey',
          summary: 'End an API key, within a second; it stays on the list',
          params: Type.Object({ keyId: Type.String({ minLength: 1, maxLength: 64 }) }),
          response: { 200: apiKey, ...problems(400, 401, 404, 503) },
        },
      },
      async ({ params, actor }) => {
        const revoked = await admin.revokeApiKey(params.keyId, actor);
        if (revoked === undefined) throw notFound('API key', params.keyId);
        return showApiKey(revoked);
      },
    );
  };
}
