import type { Endpoint } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { draftEndpoint } from '../draft-endpoint.ts';
import { notFound, Problem } from '../problem.ts';
import { attempt, showAttempt } from '../schemas/attempt.ts';
import { endpoint, endpointBody, rotateKeyBody, showEndpoint } from '../schemas/endpoint.ts';
import { customerId, endpointParams } from '../schemas/id.ts';
import { nullable } from '../schemas/nullable.ts';
import { problems } from '../schemas/problem.ts';

const defaultOverlapMs = 24 * 3_600_000;

export function endpointRoutes(ports: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(endpointRecordRoutes(ports));
    await app.register(endpointPauseRoutes(ports));
    await app.register(endpointTrialRoutes(ports));
  };
}

function endpointRecordRoutes(ports: AppPorts): FastifyPluginAsyncTypebox {
  const { admin, engine } = ports;
  return async (app) => {
    app.put(
      '/endpoints/:endpointId',
      {
        schema: {
          tags: ['endpoints'],
          operationId: 'putEndpoint',
          summary: 'Create or replace an endpoint',
          description: 'Policy that is left out gets its default; keys that are left out stay as they are.',
          params: endpointParams,
          body: endpointBody,
          response: { 200: endpoint, 201: endpoint, ...problems(400, 401, 404, 409, 413, 415, 503) },
        },
      },
      async ({ params, body, actor }, reply) => {
        const existing = await admin.findEndpoint(params.endpointId);
        const draft = draftEndpoint(params.endpointId, body, existing, ports.policy);
        const stored = await admin.putEndpoint(draft, actor);
        engine.hint();
        return reply.code(existing === undefined ? 201 : 200).send(showEndpoint(stored));
      },
    );

    app.get(
      '/endpoints',
      {
        schema: {
          tags: ['endpoints'],
          operationId: 'listEndpoints',
          summary: 'All endpoints, or those of one customer',
          querystring: Type.Object(
            { customerId: Type.Optional(customerId) },
            { additionalProperties: false },
          ),
          response: { 200: Type.Object({ items: Type.Array(endpoint) }), ...problems(400, 401, 503) },
        },
      },
      async ({ query, store }) => ({
        items: (await store.listEndpoints(query.customerId)).map(showEndpoint),
      }),
    );

    app.get(
      '/endpoints/:endpointId',
      {
        schema: {
          tags: ['endpoints'],
          operationId: 'getEndpoint',
          summary: 'One endpoint',
          params: endpointParams,
          response: { 200: endpoint, ...problems(400, 401, 404, 503) },
        },
      },
      async ({ params, store }) =>
        showEndpoint(found(await store.findEndpoint(params.endpointId), params.endpointId)),
    );
  };
}

function endpointPauseRoutes({ engine }: AppPorts): FastifyPluginAsyncTypebox {
  const pauseBody = Type.Object(
    {
      detail: Type.Optional(
        Type.String({ maxLength: 500, description: 'Why, for those who find it paused.' }),
      ),
    },
    { additionalProperties: false },
  );
  return async (app) => {
    app.post(
      '/endpoints/:endpointId/pause',
      {
        schema: {
          tags: ['endpoints'],
          operationId: 'pauseEndpoint',
          summary: 'Stop delivering to an endpoint; nothing is lost',
          description:
            "The pause of a paused endpoint keeps its first reason, but an operator's takes the place of the customer's own.",
          params: endpointParams,
          body: pauseBody,
          response: { 200: endpoint, ...problems(400, 401, 404, 413, 415, 503) },
        },
      },
      async ({ params, body, store, actor, principal }) => {
        const by = principal.customerId === null ? 'operator' : 'customer';
        const detail =
          body.detail ?? (by === 'operator' ? 'Paused by an operator.' : 'Paused by the customer.');
        const paused = await store.pauseEndpoint(params.endpointId, by, detail, actor);
        return showEndpoint(found(paused, params.endpointId));
      },
    );

    app.post(
      '/endpoints/:endpointId/resume',
      {
        schema: {
          tags: ['endpoints'],
          operationId: 'resumeEndpoint',
          summary: 'Go on delivering, in order, where it stopped',
          description: 'A customer may end every pause but that of an operator.',
          params: endpointParams,
          body: noBody,
          response: { 200: endpoint, ...problems(400, 401, 404, 409, 413, 415, 503) },
        },
      },
      async ({ params, store, actor }) => {
        const resumed = found(await store.resumeEndpoint(params.endpointId, actor), params.endpointId);
        engine.hint();
        return showEndpoint(resumed);
      },
    );
  };
}

function endpointTrialRoutes({ admin, engine, randomBytes }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/endpoints/:endpointId/test',
      {
        schema: {
          tags: ['endpoints'],
          operationId: 'testEndpoint',
          summary: 'Send a signed sample now and show the exchange',
          description:
            'The ids of the sample begin with `doorbell-test`. It is not recorded, and works on a paused endpoint.',
          params: endpointParams,
          body: noBody,
          response: { 200: testAnswer, ...problems(400, 401, 404, 413, 415, 503) },
        },
      },
      async ({ params, store, actor }) => {
        const tested = found(await store.findEndpoint(params.endpointId), params.endpointId);
        await store.recordAudit({
          actor,
          action: 'endpoint.test',
          target: tested.id,
          before: null,
          after: null,
        });
        const attempts = await engine.test(tested);
        const last = attempts.at(-1);
        if (last === undefined) throw new Problem('internal', 'The sample could not be sent.');
        return { ...showAttempt(last), attempts: attempts.map(showAttempt) };
      },
    );

    app.post(
      '/endpoints/:endpointId/rotate-key',
      {
        schema: {
          tags: ['endpoints'],
          operationId: 'rotateSignKey',
          summary: 'Sign with a new key; for a while an answer 401 is tried once more with the old one',
          params: endpointParams,
          body: rotateKeyBody,
          response: { 200: rotateKeyAnswer, ...problems(400, 401, 404, 409, 413, 415, 503) },
        },
      },
      async ({ params, body, actor }) => {
        const existing = found(await admin.findEndpoint(params.endpointId), params.endpointId);
        if (existing.signKey === null) {
          throw new Problem(
            'unsigned-endpoint',
            'The endpoint is unsigned. Give it a signKey with PUT first.',
          );
        }
        const generated =
          body.signKey === undefined ? Buffer.from(randomBytes(24)).toString('base64url') : null;
        const key = body.signKey ?? generated ?? '';
        const overlapMs = body.overlapMs ?? defaultOverlapMs;
        const rotated = await admin.rotateSignKey(params.endpointId, key, overlapMs, actor);
        engine.hint();
        return { endpoint: showEndpoint(found(rotated, params.endpointId)), signKey: generated };
      },
    );
  };
}

const noBody = Type.Object({}, { additionalProperties: false });

const testAnswer = Type.Object(
  {
    ...attempt.properties,
    attempts: Type.Array(attempt, {
      description:
        'All requests that were sent: two when, during a rotation, the old sign key was tried as well.',
    }),
  },
  { title: 'TestAnswer' },
);

const rotateKeyAnswer = Type.Object({
  endpoint,
  signKey: nullable(
    Type.String({ description: 'The generated key, shown this once; null when you gave one.' }),
  ),
});

function found(stored: Endpoint | undefined, endpointId: string): Endpoint {
  if (stored === undefined) throw notFound('endpoint', endpointId);
  return stored;
}
