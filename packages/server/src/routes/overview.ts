import type { Backlog, Endpoint } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import type { CustomerStore } from '../customer-store.ts';
import { listTroubles } from '../overview.ts';
import { notFound } from '../problem.ts';
import { customerId, endpointId, endpointParams } from '../schemas/id.ts';
import { nullable } from '../schemas/nullable.ts';
import { problems } from '../schemas/problem.ts';
import { readSpan, showStatistics, spanQuery, statistics } from '../schemas/statistics.ts';
import { showTime, showTimeOrNull, time } from '../schemas/time.ts';

/** The newest ones; an endpoint that flaps has more in a day than anyone reads. */
const eventsMax = 200;

const backlog = Type.Object({
  pending: Type.Integer({
    description:
      'Not yet settled; counted up to 100,000 for each endpoint when a customer or an endpoint was named.',
  }),
  oldestPendingAt: nullable(time),
  claimable: Type.Integer({ description: 'Could be sent now; counted up to 10,000 for each endpoint.' }),
  lanesParked: Type.Integer({ description: 'Tasks that wait for a resend.' }),
});

const trouble = Type.Object(
  {
    endpointId,
    customerId,
    reason: Type.Enum(['paused', 'breaker-open', 'failing', 'backlog']),
    since: time,
    detail: Type.String(),
    pending: Type.Integer({ description: 'Counted up to 100,000.' }),
  },
  { title: 'Trouble' },
);

const event = Type.Object(
  {
    at: time,
    kind: Type.Enum(['paused', 'resumed', 'breaker-opened', 'breaker-closed']),
    detail: Type.String(),
  },
  { title: 'EndpointEvent' },
);

export const overview = Type.Object(
  { ...statistics, backlog, endpointsInTrouble: Type.Array(trouble) },
  { title: 'Overview' },
);

export const endpointHealth = Type.Object(
  {
    ...statistics,
    events: Type.Array(event, { description: `Newest first, at most ${eventsMax}.` }),
    pending: Type.Integer({ description: 'Counted up to 100,000.' }),
    oldestPendingAt: nullable(time),
    claimable: Type.Integer(),
    lanesParked: Type.Integer(),
  },
  { title: 'EndpointHealth' },
);

export function overviewRoutes({ admin, readings, clock }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/overview',
      {
        schema: {
          tags: ['overview'],
          operationId: 'getOverview',
          summary: 'How delivery goes: results and latency over time, what waits, endpoints in trouble',
          description:
            'From counts that are kept for each minute; what settled in the last second may be missing. What waits was ' +
            'counted a second ago for every 100,000 of it, and endpoints in trouble looked for a second ago for every ' +
            '1,000 endpoints, a minute ago at most.',
          querystring: Type.Object(
            { ...spanQuery, customerId: Type.Optional(customerId), endpointId: Type.Optional(endpointId) },
            { additionalProperties: false },
          ),
          response: {
            200: overview,
            ...problems(400, 401, 503),
          },
        },
      },
      async ({ query, store, principal }) => {
        const now = clock.now();
        const span = readSpan(query, now);
        const isLimited = principal.customerId !== null;
        const isAll = !isLimited && query.customerId === undefined && query.endpointId === undefined;
        const of = isAll ? undefined : await listAsked(query, store);
        const endpointIds = of?.map(({ id }) => id);
        const [buckets, waiting, troubles] = await Promise.all([
          admin.listRollups({ ...span, endpointIds }),
          of === undefined ? readings.backlog().then(({ value }) => value) : admin.backlog(endpointIds),
          of === undefined ? readings.troubles().then(({ value }) => value) : listTroubles(of, admin, now),
        ]);
        return {
          ...showStatistics(span, buckets),
          backlog: showBacklog(waiting),
          endpointsInTrouble: troubles.map((each) => ({ ...each, since: showTime(each.since) })),
        };
      },
    );
  };
}

/** One by its id; all of a customer only when it is the customer that was asked for. */
async function listAsked(
  { customerId: ofCustomer, endpointId: asked }: { customerId?: string; endpointId?: string },
  store: CustomerStore,
): Promise<readonly Endpoint[]> {
  if (asked === undefined) return store.listEndpoints(ofCustomer);
  const endpoint = await store.findEndpoint(asked);
  const isAsked = endpoint !== undefined && (ofCustomer === undefined || endpoint.customerId === ofCustomer);
  return isAsked ? [endpoint] : [];
}

export function endpointHealthRoutes({ admin, clock }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/endpoints/:endpointId/health',
      {
        schema: {
          tags: ['endpoints'],
          operationId: 'getEndpointHealth',
          summary: 'How deliveries to one endpoint go, and when it was paused or out of reach',
          params: endpointParams,
          querystring: Type.Object(spanQuery, { additionalProperties: false }),
          response: {
            200: endpointHealth,
            ...problems(400, 401, 404, 503),
          },
        },
      },
      async ({ params, query, store }) => {
        const span = readSpan(query, clock.now());
        const endpoint = await store.findEndpoint(params.endpointId);
        if (endpoint === undefined) throw notFound('endpoint', params.endpointId);
        return showHealth(endpoint, span);
      },
    );
  };

  async function showHealth({ id }: Endpoint, span: ReturnType<typeof readSpan>) {
    const [buckets, waiting, events] = await Promise.all([
      admin.listRollups({ ...span, endpointIds: [id] }),
      admin.backlog([id]),
      admin.listEndpointEvents(id, span.from, span.to, eventsMax),
    ]);
    return {
      ...showStatistics(span, buckets),
      ...showBacklog(waiting),
      events: events.map((each) => ({ ...each, at: showTime(each.at) })),
    };
  }
}

function showBacklog({ pending, oldestPendingAt, claimable, lanesParked }: Backlog) {
  return { pending, oldestPendingAt: showTimeOrNull(oldestPendingAt), claimable, lanesParked };
}
