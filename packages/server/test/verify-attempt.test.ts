import { expect, test } from 'vitest';
import { startReceiver, until } from './receiver.ts';
import { addCustomer, change, startApp, type TestApp } from './start-app.ts';

async function deliverOne(app: TestApp): Promise<string> {
  await app.call('POST', '/v1/state-changes', [change]);
  return until(async () => {
    const [item] = (await app.call('GET', '/v1/notifications?result=1')).json.items;
    return item?.id;
  });
}

test('an attempt shows its decoded fields and the signed text, without the key', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver();
  await addCustomer(app, { url: receiver.url });
  const id = await deliverOne(app);
  const answer = await app.call('GET', `/v1/notifications/${id}`);
  const { request, response } = answer.json.attempts[0];
  expect(request.fields).toContainEqual({ name: 'userName', value: '李雷' });
  expect(request.fields.map(({ name }: { name: string }) => name).toSorted()).toEqual([
    'houseId',
    'houseTaskId',
    'packageId',
    'state',
    'userId',
    'userName',
  ]);
  const { timestamp } = request.headers;
  expect(request.signedText).toBe(`[sign key]house-1task-1package-x9000user-x李雷${timestamp}`);
  expect(response).toMatchObject({ httpStatus: 200, state: 200 });
  expect(answer.text).not.toContain('sign-key-canary');
});

test('the signatures of an attempt are verified with the keys that the endpoint has now', async () => {
  const app = await startApp({ deliver: true });
  const receiver = await startReceiver();
  const webhookSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
  await addCustomer(app, { url: receiver.url, webhookSecret });
  const id = await deliverOne(app);
  const verify = async (body: object = {}) =>
    (await app.call('POST', `/v1/notifications/${id}/verify`, body)).json;
  expect(await verify()).toMatchObject({
    attempt: 0,
    sign: { verdict: 'holds', key: 'current' },
    webhookSignature: { verdict: 'holds' },
  });
  await app.call('POST', '/v1/endpoints/acme-main/rotate-key', { signKey: 'another-key-entirely' });
  expect((await verify({ attempt: 0 })).sign).toMatchObject({ verdict: 'holds', key: 'previous' });
  await app.call('POST', '/v1/endpoints/acme-main/rotate-key', { signKey: 'a-third-key', overlapMs: 0 });
  expect((await verify()).sign.verdict).toBe('does-not-hold');
  await takeKeysAway(app, receiver.url);
  expect(await verify()).toMatchObject({
    sign: { verdict: 'no-key' },
    webhookSignature: { verdict: 'no-key' },
  });
  expect((await app.call('POST', `/v1/notifications/${id}/verify`, { attempt: 1 })).status).toBe(404);
  expect((await app.call('POST', '/v1/notifications/n9-9/verify', {})).status).toBe(404);
});

async function takeKeysAway(app: TestApp, url: string): Promise<void> {
  const body = { customerId: 'acme', url, signKey: null, webhookSecret: null };
  expect((await app.call('PUT', '/v1/endpoints/acme-main', body)).status).toBe(200);
}
