import type { ResendJob } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { resentOfCustomerMax } from '../customer-store.ts';
import { bulkRate } from '../limit-rates.ts';
import { notFound, Problem } from '../problem.ts';
import { notification, readFilter, resendBody, showNotification } from '../schemas/notification.ts';
import { nullable } from '../schemas/nullable.ts';
import { problems } from '../schemas/problem.ts';
import { showTime, showTimeOrNull, time } from '../schemas/time.ts';

/** How far what matches is counted; a job goes on beyond it. */
const countMax = 100_000;
const sampleSize = 5;
const listedMax = 50;

export const resendJob = Type.Object(
  {
    id: Type.String({ examples: ['r5f3c9a1e7b2d'] }),
    state: Type.Enum(['running', 'done', 'stopped']),
    filter: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', additionalProperties: true }),
    total: Type.Integer({ description: `What matched at the start, counted up to ${countMax}.` }),
    done: Type.Integer({ description: 'Looked at so far.' }),
    resent: Type.Integer({ description: 'Of these, what will be sent again, or sooner.' }),
    startedBy: Type.String(),
    startedAt: time,
    endedAt: nullable(time),
  },
  { title: 'ResendJob' },
);

const startBody = Type.Object(
  {
    ...resendBody.properties,
    expected: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'What the preview counted. If more matches by now, nothing is started.',
      }),
    ),
  },
  { additionalProperties: false },
);

const preview = Type.Object({
  matches: Type.Integer({ description: `Counted up to ${countMax}.` }),
  sample: Type.Array(notification, { description: 'The oldest of them.' }),
});

export function resendJobRoutes(ports: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(startRoute(ports));
    await app.register(jobRoutes);
  };
}

function startRoute({ randomBytes }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/resends',
      {
        config: bulkRate,
        schema: {
          tags: ['notifications'],
          operationId: 'startResend',
          summary: 'Resend all that match a filter, in the background; preview it with dryRun',
          description:
            'Oldest first, in small parts. What is recorded after the start is not meant. After a restart it goes on where it was. ' +
            `A customer's link resends ${resentOfCustomerMax} at a time, and sees and stops the resends of that customer's links alone.`,
          body: startBody,
          response: { 200: preview, 202: resendJob, ...problems(400, 401, 404, 409, 413, 415, 503) },
        },
      },
      async ({ body, actor, store, principal }, reply) => {
        const isCustomer = principal.customerId !== null;
        const filter = readFilter(body.filter, '/filter');
        const matches = await store.countNotifications(
          filter,
          isCustomer ? resentOfCustomerMax + 1 : countMax,
        );
        if (body.dryRun === true) {
          const page = await store.listNotifications(filter, { limit: sampleSize, order: 'oldest-first' });
          return reply.code(200).send({ matches, sample: page.items.map(showNotification) });
        }
        if (body.expected !== undefined && matches > body.expected) {
          const detail = `${matches} match now, not ${body.expected}. Look at the preview again.`;
          throw new Problem('more-than-expected', detail);
        }
        if (isCustomer) checkCustomerMay(matches);
        const id = `r${Buffer.from(randomBytes(8)).toString('hex')}`;
        const draft = { id, filter, total: matches, startedBy: actor.id, alone: isCustomer };
        const job = await store.startResendJob(draft, actor);
        if (job === undefined) {
          throw new Problem('resend-running', 'Your last resend is not done yet; stop it, or wait for it.');
        }
        return reply.code(202).send(showJob(job));
      },
    );
  };
}

/** And one job at a time (`alone`): jobs run one after the other, and those of operators have to come to their turn. */
function checkCustomerMay(matches: number): void {
  if (matches === 0) throw new Problem('not-found', 'No notification of yours matches.');
  if (matches > resentOfCustomerMax) {
    const detail = `More than ${resentOfCustomerMax} match; narrow the filter, by time for example.`;
    throw new Problem('too-many-matches', detail);
  }
}

const jobRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const params = Type.Object({ resendId: Type.String({ minLength: 1, maxLength: 64 }) });
  app.get(
    '/resends',
    {
      schema: {
        tags: ['notifications'],
        operationId: 'listResends',
        summary: `The last ${listedMax} resends of a filter, newest first`,
        response: { 200: Type.Object({ items: Type.Array(resendJob) }), ...problems(401, 503) },
      },
    },
    async ({ store }) => ({ items: (await store.listResendJobs(listedMax)).map(showJob) }),
  );

  app.get(
    '/resends/:resendId',
    {
      schema: {
        tags: ['notifications'],
        operationId: 'getResend',
        summary: 'How far a resend has come',
        params,
        response: { 200: resendJob, ...problems(400, 401, 404, 503) },
      },
    },
    async ({ params: { resendId }, store }) => showJob(found(await store.findResendJob(resendId), resendId)),
  );

  app.post(
    '/resends/:resendId/stop',
    {
      schema: {
        tags: ['notifications'],
        operationId: 'stopResend',
        summary: 'Stop a resend; what was reopened so far is sent',
        params,
        body: Type.Object({}, { additionalProperties: false }),
        response: { 200: resendJob, ...problems(400, 401, 404, 413, 415, 503) },
      },
    },
    async ({ params: { resendId }, actor, store }) => {
      const { state, done } = found(await store.findResendJob(resendId), resendId);
      const before = { state, done };
      await store.recordAudit({ actor, action: 'resend.stop', target: resendId, before, after: null });
      return showJob(found(await store.stopResendJob(resendId), resendId));
    },
  );
};

function found(job: ResendJob | undefined, resendId: string): ResendJob {
  if (job === undefined) throw notFound('resend', resendId);
  return job;
}

function showJob({ id, state, filter, total, done, resent, ...job }: ResendJob): Static<typeof resendJob> {
  const { from, to, ...rest } = filter;
  return {
    id,
    state,
    filter: {
      ...rest,
      ...(from === undefined ? {} : { from: showTime(from) }),
      ...(to === undefined ? {} : { to: showTime(to) }),
    },
    total,
    done,
    resent,
    startedBy: job.startedBy,
    startedAt: showTime(job.startedAt),
    endedAt: showTimeOrNull(job.endedAt),
  };
}
