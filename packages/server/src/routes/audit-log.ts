import { type AuditEntry, verifyAudit } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { nullable } from '../schemas/nullable.ts';
import { pageOf, pageQuery, readPage } from '../schemas/page.ts';
import { problems } from '../schemas/problem.ts';
import { showTime, time } from '../schemas/time.ts';

const anything = Type.Unsafe<unknown>({ description: 'Secrets are masked; null where there was nothing.' });

export const auditEntry = Type.Object(
  {
    sequence: Type.Integer({ description: 'Dense.' }),
    at: time,
    actor: Type.Object({
      kind: Type.Enum(['key', 'user', 'customer', 'command', 'anonymous']),
      id: Type.String({ description: "The key's id, the user's name, the link's id or the command." }),
      address: nullable(Type.String()),
    }),
    action: Type.String({ examples: ['endpoint.pause'] }),
    target: Type.String(),
    before: anything,
    after: anything,
    hash: Type.String({ description: 'SHA-256 over this entry and the hash of the one before.' }),
  },
  { title: 'AuditEntry' },
);

const verdict = Type.Object(
  {
    intact: Type.Boolean(),
    rows: Type.Optional(Type.Integer()),
    head: Type.Optional(
      Type.Object(
        { sequence: Type.Integer(), hash: Type.String() },
        { description: 'To be noted elsewhere, and given to `doorbell audit verify --anchor` later.' },
      ),
    ),
    brokenAt: Type.Optional(Type.Integer({ description: 'The first entry that does not fit.' })),
    why: Type.Optional(Type.String()),
  },
  { title: 'AuditVerdict' },
);

function showEntry({ previousHash: _previousHash, at, ...entry }: AuditEntry): Static<typeof auditEntry> {
  return { ...entry, at: showTime(at) };
}

/** What everybody did. */
export function auditLogRoutes({ admin }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/audit-log',
      {
        schema: {
          tags: ['access'],
          operationId: 'listAuditLog',
          summary: 'Everything that anyone did, newest first',
          querystring: Type.Object(
            {
              actor: Type.Optional(
                Type.String({ minLength: 1, maxLength: 256, description: 'An actor’s id.' }),
              ),
              action: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
              ...pageQuery,
            },
            { additionalProperties: false },
          ),
          response: { 200: pageOf(auditEntry), ...problems(400, 401, 503) },
        },
      },
      async ({ query }) => {
        const { actor, action } = query;
        const page = await admin.listAudit({ actor, action }, readPage(query));
        return { items: page.items.map(showEntry), next: page.next };
      },
    );

    app.get(
      '/audit-log/verify',
      {
        schema: {
          tags: ['access'],
          operationId: 'verifyAuditLog',
          summary: 'Recompute the whole chain of hashes',
          response: { 200: verdict, ...problems(401, 503) },
        },
      },
      async () => verifyAudit(admin),
    );
  };
}
