import { type NotificationPosition, parseNotificationId } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { resentOfCustomerMax } from '../customer-store.ts';
import { bulkRate } from '../limit-rates.ts';
import { notFound, Problem } from '../problem.ts';
import { verifySign, verifyWebhookSignature } from '../read-attempt.ts';
import { attemptVerification, showAttempt } from '../schemas/attempt.ts';
import {
  filterFields,
  notification,
  notificationWithAttempts,
  readFilter,
  resendBody,
  showNotification,
} from '../schemas/notification.ts';
import { pageOf, pageQuery, readPage } from '../schemas/page.ts';
import { problems } from '../schemas/problem.ts';

/** Reopened by one call at most, oldest first; call again for the rest. */
const resentMax = 100_000;

const order = Type.Enum(['newest', 'oldest'], {
  default: 'newest',
  description: 'By the time of recording.',
});

const notificationParams = Type.Object({
  notificationId: Type.String({ minLength: 1, maxLength: 64, examples: ['n42-7'] }),
});

export function notificationRoutes(ports: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(lookUpRoutes());
    await app.register(verifyRoutes());
    await app.register(resendRoutes(ports));
  };
}

function lookUpRoutes(): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/notifications',
      {
        schema: {
          tags: ['notifications'],
          operationId: 'listNotifications',
          summary: 'Look notifications up',
          description:
            'A page may be short, or empty, and `next` not null: a page reads only so much that does not match. Go on with `next`. ' +
            'What is undelivered the longest: `result=0&order=oldest`.',
          querystring: Type.Object(
            { ...filterFields, order: Type.Optional(order), ...pageQuery },
            { additionalProperties: false },
          ),
          response: { 200: pageOf(notification), ...problems(400, 401, 503) },
        },
      },
      async ({ query, store }) => {
        const direction = query.order === 'oldest' ? 'oldest-first' : 'newest-first';
        const request = { ...readPage(query), order: direction } as const;
        const page = await store.listNotifications(readFilter(query), request);
        return { items: page.items.map(showNotification), next: page.next };
      },
    );

    app.get(
      '/notifications/:notificationId',
      {
        schema: {
          tags: ['notifications'],
          operationId: 'getNotification',
          summary: 'One notification with all its attempts',
          params: notificationParams,
          response: { 200: notificationWithAttempts, ...problems(400, 401, 404, 503) },
        },
      },
      async ({ params, store }) => {
        const position = readPosition(params.notificationId);
        const [stored, attempts] = await Promise.all([
          store.findNotification(position),
          store.listAttempts(position),
        ]);
        if (stored === undefined) throw noNotification(params.notificationId);
        return { ...showNotification(stored), attempts: attempts.map(showAttempt) };
      },
    );
  };
}

function verifyRoutes(): FastifyPluginAsyncTypebox {
  const verifyBody = Type.Object(
    {
      attempt: Type.Optional(
        Type.Integer({
          minimum: 0,
          description: 'Its place among the attempts, from 0; the last by default.',
        }),
      ),
    },
    { additionalProperties: false },
  );
  return async (app) => {
    app.post(
      '/notifications/:notificationId/verify',
      {
        schema: {
          tags: ['notifications'],
          operationId: 'verifyAttempt',
          summary: 'Sign again what was sent, with the present keys, and compare',
          params: notificationParams,
          body: verifyBody,
          response: { 200: attemptVerification, ...problems(400, 401, 404, 413, 415, 503) },
        },
      },
      async ({ params, body, store }) => {
        const position = readPosition(params.notificationId);
        const [stored, attempts] = await Promise.all([
          store.findNotification(position),
          store.listAttempts(position),
        ]);
        const index = body.attempt ?? attempts.length - 1;
        const attempt = attempts[index];
        if (stored === undefined) throw noNotification(params.notificationId);
        if (attempt === undefined) throw notFound('attempt', String(index));
        const endpoint = await store.findEndpoint(stored.endpointId);
        if (endpoint === undefined) throw notFound('endpoint', stored.endpointId);
        return {
          attempt: index,
          sign: verifySign(attempt, endpoint),
          webhookSignature: verifyWebhookSignature(attempt, endpoint),
        };
      },
    );
  };
}

function resendRoutes({ engine }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/notifications/:notificationId/resend',
      {
        schema: {
          tags: ['notifications'],
          operationId: 'resendNotification',
          summary: 'Send one notification again, or now instead of at its next retry',
          params: notificationParams,
          body: Type.Object({}, { additionalProperties: false }),
          response: {
            202: Type.Object({ resent: Type.Integer() }),
            ...problems(400, 401, 404, 413, 415, 503),
          },
        },
      },
      async ({ params, store, actor }, reply) => {
        const position = readPosition(params.notificationId);
        if ((await store.findNotification(position)) === undefined) {
          throw noNotification(params.notificationId);
        }
        const target = params.notificationId;
        await store.recordAudit({ actor, action: 'notification.resend', target, before: null, after: null });
        const { resent } = await store.resend(position, 1);
        engine.hint();
        return reply.code(202).send({ resent });
      },
    );

    app.post(
      '/notifications/resend',
      {
        config: bulkRate,
        schema: {
          tags: ['notifications'],
          operationId: 'resendNotifications',
          summary: 'Send again all that match a filter; preview it with dryRun',
          description: `The filter takes the names of the list's query; an empty one is refused. At most ${resentMax} at once, ${resentOfCustomerMax} by a customer's link.`,
          body: resendBody,
          response: {
            200: Type.Object({ matched: Type.Integer(), dryRun: Type.Literal(true) }),
            202: Type.Object({ resent: Type.Integer(), dryRun: Type.Literal(false) }),
            ...problems(400, 401, 413, 415, 503),
          },
        },
      },
      async ({ body, store, actor, principal }, reply) => {
        const filter = readFilter(body.filter, '/filter');
        const most = principal.customerId === null ? resentMax : resentOfCustomerMax;
        if (body.dryRun === true) {
          const matched = await store.countNotifications(filter, most);
          return reply.code(200).send({ matched, dryRun: true as const });
        }
        // Before the first one is sent again: many transactions follow, and a crash between them must not hide who began.
        const after = { filter: body.filter };
        await store.recordAudit({ actor, action: 'notification.resend', target: '', before: null, after });
        const { resent } = await store.resend(filter, most);
        engine.hint();
        return reply.code(202).send({ resent, dryRun: false as const });
      },
    );
  };
}

function readPosition(notificationId: string): NotificationPosition {
  const position = parseNotificationId(notificationId);
  if (position === undefined) throw noNotification(notificationId);
  return position;
}

function noNotification(notificationId: string): Problem {
  const why = 'there never was, or it was settled so long ago that it has been retired';
  return new Problem('not-found', `There is no notification ${JSON.stringify(notificationId)}: ${why}.`);
}
