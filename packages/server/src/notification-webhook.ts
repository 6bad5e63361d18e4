import { responseStates, taskStateChange, taskStates } from '@doorbell/contract';
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

type OpenApi = Extract<NonNullable<FastifyDynamicSwaggerOptions['openapi']>, { webhooks?: unknown }>;
type PathItem = NonNullable<OpenApi['webhooks']>[string];

const states = taskStates.filter(({ notified }) => notified);

const exampleForm = {
  state: 30000,
  houseTaskId: 'task-0001',
  houseId: 'house-17',
  packageId: 'package-9f2c',
  userId: 'u-42',
  userName: '李雷',
};

const description = `What Doorbell posts to a customer's endpoint for each state change.

**Answer** with HTTP 200 and \`{"state": 200, "payload": "Success"}\`. The envelope decides, not the HTTP status alone:
403 refuses this notification for good, 401 and 4011 pause the endpoint until someone resumes it, everything else is
tried again.

**Verify** the sign: lowercase hex MD5 of the sign key, then the values of all form fields in ascending order of field
name, then the timestamp, with nothing between them. Refuse a timestamp more than 5 minutes away from your clock.

**Repeats** happen only after doubt; \`webhook-id\` stays the same. \`doorbell-sequence\` counts the changes of a task
without gaps, and a change is never first sent before the one before it was settled.

| state | meaning | |
|---|---|---|
${states.map(({ code, en, zh }) => `| ${code} | ${en} | ${zh} |`).join('\n')}`;

/** The notification itself, as the OpenAPI document's webhook. Fields and limits come from the contract package. */
export const notificationWebhook: PathItem = {
  post: {
    operationId: 'taskStateChange',
    summary: 'A house task entered a state',
    description,
    security: [],
    parameters: [
      header(
        'timestamp',
        'Unix time in milliseconds, 13 digits. Absent when the endpoint has no sign key.',
        '1532059200000',
      ),
      header(
        'sign',
        '32 hex digits. Absent when the endpoint has no sign key.',
        'd5680a902dd2de08cf2bf9df819ffb9d',
      ),
      header('webhook-id', '`<houseTaskId>.<sequence>`: the same for every attempt.', 'task-0001.4'),
      header('webhook-timestamp', 'Unix time of the attempt in seconds.', '1532059200'),
      header(
        'webhook-signature',
        'Standard Webhooks v1 (HMAC-SHA256), when the endpoint has a webhookSecret.',
        'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
      ),
      header('doorbell-sequence', 'Number of the change within its task, from 1.', '4'),
      header('doorbell-attempt', 'Number of the attempt: from 1, and from 1 again after a resend.', '1'),
    ],
    requestBody: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': {
          schema: {
            type: 'object',
            properties: formProperties(),
            required: Object.keys(taskStateChange.fields),
          },
          example: exampleForm,
        },
      },
    },
    responses: {
      200: {
        description: 'The envelope.',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['state'],
              properties: {
                state: {
                  type: 'integer',
                  description: responseStates.map(({ code, en }) => `${code} ${en}`).join(' · '),
                },
                payload: { type: 'string' },
              },
            },
            examples: {
              accepted: { value: { state: 200, payload: 'Success' } },
              refused: { value: { state: 403, payload: 'This house is not ours.' } },
              'wrong key': { value: { state: 401, payload: 'The sign does not verify.' } },
            },
          },
        },
      },
    },
  },
};

function header(name: string, description: string, example: string) {
  return { name, in: 'header', description, schema: { type: 'string' as const }, example };
}

function formProperties() {
  const properties = Object.entries(taskStateChange.fields).map(([name, field]) => {
    if (field.kind === 'integer') {
      return [name, { type: 'integer' as const, enum: states.map(({ code }) => code) }] as const;
    }
    const omitted = field.optionalSince && { description: `Left out in revision ${field.optionalSince}.` };
    return [
      name,
      { type: 'string' as const, minLength: field.min, maxLength: field.max, ...omitted },
    ] as const;
  });
  return Object.fromEntries(properties);
}
