import type { PortalLink } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { notFound } from '../problem.ts';
import { customerId } from '../schemas/id.ts';
import { nullable } from '../schemas/nullable.ts';
import { problems } from '../schemas/problem.ts';
import { showTime, showTimeOrNull, time } from '../schemas/time.ts';
import { mintLinkToken } from '../session-door.ts';

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;

export const portalLink = Type.Object(
  {
    id: Type.String({ examples: ['90c1d4e73f2a'] }),
    customerId,
    createdAt: time,
    expiresAt: time,
    revokedAt: nullable(time),
  },
  { title: 'PortalLink' },
);

const linkBody = Type.Object(
  {
    customerId,
    expiresInMs: Type.Integer({
      minimum: minuteMs,
      maximum: 90 * dayMs,
      description: 'Milliseconds from now.',
    }),
  },
  { additionalProperties: false },
);

function showLink({
  id,
  customerId,
  createdAt,
  expiresAt,
  revokedAt,
}: PortalLink): Static<typeof portalLink> {
  return {
    id,
    customerId,
    createdAt: showTime(createdAt),
    expiresAt: showTime(expiresAt),
    revokedAt: showTimeOrNull(revokedAt),
  };
}

/** Links that show a customer its own endpoints. */
export function portalLinkRoutes({ admin, clock, randomBytes }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/portal-links',
      {
        schema: {
          tags: ['access'],
          operationId: 'listPortalLinks',
          summary: 'Links for customers, newest first',
          querystring: Type.Object(
            { customerId: Type.Optional(customerId) },
            { additionalProperties: false },
          ),
          response: { 200: Type.Object({ items: Type.Array(portalLink) }), ...problems(400, 401, 503) },
        },
      },
      async ({ query }) => ({ items: (await admin.listPortalLinks(query.customerId)).map(showLink) }),
    );

    app.post(
      '/portal-links',
      {
        schema: {
          tags: ['access'],
          operationId: 'createPortalLink',
          summary: 'Make a link that shows a customer its own endpoints; it is shown this once',
          description:
            'Whoever has the link may see and operate what is the customer’s, until it expires or is revoked.',
          body: linkBody,
          response: {
            201: Type.Object({ url: Type.String(), portalLink }),
            ...problems(400, 401, 404, 413, 415, 503),
          },
        },
      },
      async ({ body, actor, protocol, host }, reply) => {
        const { id, token, hash } = mintLinkToken(randomBytes);
        const createdAt = clock.now();
        const expiresAt = createdAt + body.expiresInMs;
        const link = { id, customerId: body.customerId, hash, createdAt, expiresAt, revokedAt: null };
        await admin.createPortalLink(link, actor);
        // Behind the #, because browsers send that to no server: it stands in no log.
        return reply
          .code(201)
          .send({ url: `${protocol}://${host}/portal#${token}`, portalLink: showLink(link) });
      },
    );

    app.delete(
      '/portal-links/:linkId',
      {
        schema: {
          tags: ['access'],
          operationId: 'revokePortalLink',
          summary: 'End a link and the sessions it opened',
          params: Type.Object({ linkId: Type.String({ minLength: 1, maxLength: 64 }) }),
          response: { 200: portalLink, ...problems(400, 401, 404, 503) },
        },
      },
      async ({ params, actor }) => {
        const revoked = await admin.revokePortalLink(params.linkId, actor);
        if (revoked === undefined) throw notFound('link', params.linkId);
        return showLink(revoked);
      },
    );
  };
}
