import { taskStates } from '@doorbell/contract';
import { expect, test } from 'vitest';
import { startApp } from './start-app.ts';

// biome-ignore lint/suspicious/noExplicitAny: the document is walked as plain JSON.
type Json = any;

const methods = ['get', 'put', 'post', 'delete', 'patch'];

async function readDocument(): Promise<Json> {
  const app = await startApp();
  const { status, json } = await app.call('GET', '/openapi.json', undefined, { authorization: '' });
  expect(status).toBe(200);
  return json;
}

function operationsOf(document: Json): readonly [string, Json][] {
  return Object.entries(document.paths as Record<string, Json>).flatMap(([path, item]) =>
    methods
      .filter((method) => item[method])
      .map((method): [string, Json] => [`${method} ${path}`, item[method]]),
  );
}

test('the document is OpenAPI 3.1 and describes every call', async () => {
  const document = await readDocument();
  expect(document.openapi).toBe('3.1.0');
  expect(
    operationsOf(document)
      .map(([name]) => name)
      .toSorted(),
  ).toEqual(
    [
      'get /healthz',
      'get /metrics',
      'get /readyz',
      'delete /v1/api-keys/{keyId}',
      'delete /v1/portal-links/{linkId}',
      'delete /v1/session',
      'get /v1/api-keys',
      'get /v1/audit-log',
      'get /v1/audit-log/verify',
      'get /v1/portal-links',
      'get /v1/session',
      'get /v1/users',
      'patch /v1/users/{userName}',
      'post /v1/api-keys',
      'post /v1/portal-links',
      'post /v1/sessions',
      'post /v1/setup',
      'post /v1/users',
      'get /v1/customers',
      'get /v1/customers/{customerId}',
      'get /v1/endpoints',
      'get /v1/endpoints/{endpointId}',
      'get /v1/endpoints/{endpointId}/health',
      'get /v1/house-tasks',
      'get /v1/house-tasks/{houseTaskId}',
      'get /v1/notifications',
      'get /v1/notifications/{notificationId}',
      'get /v1/overview',
      'get /v1/alerts',
      'post /v1/alerts/{alertId}/acknowledge',
      'get /v1/alert-thresholds',
      'put /v1/alert-thresholds',
      'get /v1/alert-channels',
      'get /v1/alert-channels/{channelId}',
      'put /v1/alert-channels/{channelId}',
      'delete /v1/alert-channels/{channelId}',
      'post /v1/alert-channels/{channelId}/test',
      'get /v1/tail',
      'get /v1/resends',
      'get /v1/resends/{resendId}',
      'post /v1/resends',
      'post /v1/resends/{resendId}/stop',
      'post /v1/endpoints/{endpointId}/conformance',
      'post /v1/endpoints/{endpointId}/pause',
      'post /v1/endpoints/{endpointId}/resume',
      'post /v1/endpoints/{endpointId}/rotate-key',
      'post /v1/endpoints/{endpointId}/test',
      'post /v1/notifications/resend',
      'post /v1/notifications/{notificationId}/resend',
      'post /v1/notifications/{notificationId}/verify',
      'post /v1/state-changes',
      'put /v1/customers/{customerId}',
      'put /v1/endpoints/{endpointId}',
    ].toSorted(),
  );
});

test('every operation has an id of its own, a summary, described answers and declared path parameters', async () => {
  const document = await readDocument();
  const operations = operationsOf(document);
  expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(operations.length);
  const tags = new Set(document.tags.map(({ name }: Json) => name));
  for (const [name, operation] of operations) {
    expect([name, typeof operation.summary, tags.has(operation.tags[0])]).toEqual([name, 'string', true]);
    for (const [status, response] of Object.entries<Json>(operation.responses)) {
      expect([name, status, typeof response.description]).toEqual([name, status, 'string']);
      expect(Object.keys(response.content ?? { none: status })).toEqual([
        Number(status) >= 400 && name !== 'get /readyz' ? 'application/problem+json' : expect.any(String),
      ]);
    }
    const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    const declared = (operation.parameters ?? []).filter((parameter: Json) => parameter.in === 'path');
    expect([name, ...declared.map((parameter: Json) => parameter.name)]).toEqual([name, ...inPath]);
    expect([name, operation.requestBody === undefined]).toEqual([name, /^(get|delete) /.test(name)]);
    const isAction = /(?:pause|resume|test|verify|stop|conformance|rotate-key|acknowledge|\}\/resend)$/.test(
      name,
    );
    if (operation.requestBody) expect([name, operation.requestBody.required]).toEqual([name, !isAction]);
    const isOpen = operation.security?.length === 0;
    expect([name, isOpen]).toEqual([name, !name.includes('/v1/') || /v1\/(sessions|setup)$/.test(name)]);
  }
});

test('every call that takes a body documents what is too large or of another type, and how long a retry goes on', async () => {
  const document = await readDocument();
  for (const [name, { requestBody, responses }] of operationsOf(document)) {
    if (requestBody === undefined) continue;
    expect([name, 413 in responses, 415 in responses]).toEqual([name, true, true]);
  }
  expect(document.components.schemas.Endpoint.properties.retryHorizonMs.description).toMatch(
    /not counting time in which the endpoint was paused or its breaker open; an endpoint that answers nobody/,
  );
});

test('what several calls answer with is described once', async () => {
  const { components } = await readDocument();
  expect(Object.keys(components.schemas).toSorted()).toEqual([
    'Alert',
    'AlertChannel',
    'AlertChannelTest',
    'AlertThresholds',
    'ApiKey',
    'Appended',
    'Attempt',
    'AttemptVerification',
    'AuditEntry',
    'AuditVerdict',
    'Bucket',
    'Customer',
    'Endpoint',
    'EndpointEvent',
    'EndpointHealth',
    'HouseTask',
    'HouseTaskHistory',
    'Notification',
    'NotificationWithAttempts',
    'Overview',
    'PortalLink',
    'Problem',
    'ResendJob',
    'Session',
    'StateChange',
    'TestAnswer',
    'Trouble',
    'User',
    'Verification',
  ]);
  expect(components.securitySchemes.apiKey).toMatchObject({ type: 'http', scheme: 'bearer' });
});

test('every reference in the document leads somewhere', async () => {
  const document = await readDocument();
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
    ([, path]) => path ?? '',
  );
  for (const path of references) {
    expect([path, path.split('/').reduce((node: Json, key) => node?.[key], document)]).not.toContain(
      undefined,
    );
  }
});

test('the webhook documents the notification: form fields with limits, headers, envelope, states', async () => {
  const { webhooks } = await readDocument();
  const { post } = webhooks.taskStateChange;
  const { schema, example } = post.requestBody.content['application/x-www-form-urlencoded'];
  expect(Object.keys(schema.properties).toSorted()).toEqual([
    'houseId',
    'houseTaskId',
    'packageId',
    'state',
    'userId',
    'userName',
  ]);
  expect(schema.properties.houseTaskId).toMatchObject({ type: 'string', minLength: 1, maxLength: 32 });
  expect(schema.properties.state.enum).toContain(example.state);
  expect(post.parameters.map(({ name }: Json) => name)).toEqual([
    'timestamp',
    'sign',
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'doorbell-sequence',
    'doorbell-attempt',
  ]);
  expect(post.responses[200].content['application/json'].schema.properties.state.type).toBe('integer');
  for (const { code, en, zh, notified } of taskStates) {
    expect([code, post.description.includes(`| ${code} | ${en} | ${zh} |`)]).toEqual([code, notified]);
  }
});

test('the docs page is whole in itself: it names no asset of another host and may fetch none', async () => {
  const app = await startApp();
  const redirect = await app.call('GET', '/docs');
  const { status, text, headers } = await app.call('GET', String(redirect.headers.location));
  expect(status).toBe(200);
  expect(text).toContain('<title>Doorbell API</title>');
  expect(text).not.toMatch(/(?:src|href)=["']?(?:https?:)?\/\//i);
  expect(text).not.toMatch(/https?:\/\/[^"'\s]+\.(?:js|css|woff2?|png|svg)/i);
  expect(headers['content-security-policy']).toMatch(/default-src 'none'.*connect-src 'self'/);

  const script = /src="([^"]+)"/.exec(text)?.[1] ?? '';
  const { status: scriptStatus, headers: scriptHeaders } = await app.call('GET', `/docs/${script}`);
  expect([scriptStatus, scriptHeaders['content-type']]).toEqual([
    200,
    'application/javascript; charset=utf-8',
  ]);
});
