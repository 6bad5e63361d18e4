import type { Alert } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { notFound } from '../problem.ts';
import { alert, alertKind, alertState, alertThresholds, showAlert } from '../schemas/alert.ts';
import { customerId, endpointId } from '../schemas/id.ts';
import { pageOf, pageQuery, readPage } from '../schemas/page.ts';
import { problems } from '../schemas/problem.ts';

export function alertRoutes({ admin }: Pick<AppPorts, 'admin'>): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/alerts',
      {
        schema: {
          tags: ['alerts'],
          operationId: 'listAlerts',
          summary: 'Alerts, newest first',
          description: 'Those that were cleared are kept for 90 days.',
          querystring: Type.Object(
            {
              state: Type.Optional(alertState),
              kind: Type.Optional(alertKind),
              endpointId: Type.Optional(endpointId),
              customerId: Type.Optional(customerId),
              ...pageQuery,
            },
            { additionalProperties: false },
          ),
          response: { 200: pageOf(alert), ...problems(400, 401, 503) },
        },
      },
      async ({ query: { cursor, limit, ...filter }, store, principal }) => {
        const page = await store.listAlerts(filter, readPage({ cursor, limit }));
        const isStaff = principal.customerId === null;
        return { items: page.items.map((each) => showAlert(each, isStaff)), next: page.next };
      },
    );

    app.post(
      '/alerts/:alertId/acknowledge',
      {
        schema: {
          tags: ['alerts'],
          operationId: 'acknowledgeAlert',
          summary: 'Say that someone looks after it; the first who does stays on record',
          params: Type.Object({ alertId: Type.String({ pattern: '^[1-9][0-9]{0,14}$', examples: ['17'] }) }),
          body: Type.Object({}, { additionalProperties: false }),
          response: { 200: alert, ...problems(400, 401, 404, 413, 415, 503) },
        },
      },
      async ({ params, actor }) =>
        showAlert(found(await admin.acknowledgeAlert(Number(params.alertId), actor), params.alertId), true),
    );

    app.get(
      '/alert-thresholds',
      {
        schema: {
          tags: ['alerts'],
          operationId: 'getAlertThresholds',
          summary: 'From when on backlog and refusals raise an alert',
          response: { 200: alertThresholds, ...problems(401, 503) },
        },
      },
      async () => admin.readAlertThresholds(),
    );

    app.put(
      '/alert-thresholds',
      {
        schema: {
          tags: ['alerts'],
          operationId: 'putAlertThresholds',
          summary: 'Set these thresholds, for all endpoints',
          body: alertThresholds,
          response: { 200: alertThresholds, ...problems(400, 401, 413, 415, 503) },
        },
      },
      async ({ body, actor }) => admin.putAlertThresholds(body, actor),
    );
  };
}

function found(stored: Alert | undefined, alertId: string): Alert {
  if (stored === undefined) throw notFound('alert', alertId);
  return stored;
}
