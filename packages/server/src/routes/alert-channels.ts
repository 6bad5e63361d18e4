import type { AlertChannel } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { draftAlertChannel } from '../draft-alert-channel.ts';
import { notFound } from '../problem.ts';
import { alertChannel, alertChannelBody, alertChannelParams, showAlertChannel } from '../schemas/alert.ts';
import { nullable } from '../schemas/nullable.ts';
import { problems } from '../schemas/problem.ts';

type ChannelPorts = Pick<AppPorts, 'admin' | 'policy' | 'testAlertChannel'>;

const testAnswer = Type.Object(
  {
    ok: Type.Boolean(),
    httpStatus: nullable(Type.Integer()),
    detail: Type.String({ description: 'What it answered, or why it could not be reached.' }),
  },
  { title: 'AlertChannelTest' },
);

export function alertChannelRoutes(ports: ChannelPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(channelReadRoutes(ports));
    await app.register(channelEditRoutes(ports));
  };
}

function channelReadRoutes({ admin }: ChannelPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/alert-channels',
      {
        schema: {
          tags: ['alerts'],
          operationId: 'listAlertChannels',
          summary: 'Where alerts are sent',
          response: { 200: Type.Object({ items: Type.Array(alertChannel) }), ...problems(401, 503) },
        },
      },
      async () => ({ items: (await admin.listAlertChannels()).map(showAlertChannel) }),
    );

    app.get(
      '/alert-channels/:channelId',
      {
        schema: {
          tags: ['alerts'],
          operationId: 'getAlertChannel',
          summary: 'One channel',
          params: alertChannelParams,
          response: { 200: alertChannel, ...problems(400, 401, 404, 503) },
        },
      },
      async ({ params: { channelId } }) =>
        showAlertChannel(found(await admin.findAlertChannel(channelId), channelId)),
    );
  };
}

function channelEditRoutes({ admin, policy, testAlertChannel }: ChannelPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.put(
      '/alert-channels/:channelId',
      {
        schema: {
          tags: ['alerts'],
          operationId: 'putAlertChannel',
          summary: 'Create or replace a channel',
          description: 'What is left out stays as it is.',
          params: alertChannelParams,
          body: alertChannelBody,
          response: { 200: alertChannel, 201: alertChannel, ...problems(400, 401, 413, 415, 503) },
        },
      },
      async ({ params: { channelId }, body, actor }, reply) => {
        const existing = await admin.findAlertChannel(channelId);
        const draft = draftAlertChannel(channelId, body, existing, policy);
        const stored = await admin.putAlertChannel(draft, actor);
        return reply.code(existing === undefined ? 201 : 200).send(showAlertChannel(stored));
      },
    );

    app.delete(
      '/alert-channels/:channelId',
      {
        schema: {
          tags: ['alerts'],
          operationId: 'deleteAlertChannel',
          summary: 'Delete a channel, with what waits for it',
          params: alertChannelParams,
          response: { 200: alertChannel, ...problems(400, 401, 404, 503) },
        },
      },
      async ({ params: { channelId }, actor }) =>
        showAlertChannel(found(await admin.deleteAlertChannel(channelId, actor), channelId)),
    );

    app.post(
      '/alert-channels/:channelId/test',
      {
        schema: {
          tags: ['alerts'],
          operationId: 'testAlertChannel',
          summary: 'Send a test message now and show the answer',
          description: 'Works on a channel that is disabled.',
          params: alertChannelParams,
          body: Type.Object({}, { additionalProperties: false }),
          response: { 200: testAnswer, ...problems(400, 401, 404, 413, 415, 503) },
        },
      },
      async ({ params: { channelId }, actor }) => {
        const tested = found(await admin.findAlertChannel(channelId), channelId);
        await admin.recordAudit({
          actor,
          action: 'alert-channel.test',
          target: channelId,
          before: null,
          after: null,
        });
        const { ok, httpStatus, detail } = await testAlertChannel(tested);
        return { ok, httpStatus, detail };
      },
    );
  };
}

function found(stored: AlertChannel | undefined, channelId: string): AlertChannel {
  if (stored === undefined) throw notFound('alert channel', channelId);
  return stored;
}
