import { once } from 'node:events';
import { Agent, request as httpRequest, type RequestOptions } from 'node:http';

import { encodeForm, signWebhook } from '@doorbell/contract';
import { type ReceivedChange, type Receiver, Refuse } from '@doorbell/receiver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readAnswer, type TestAnswer } from '../describe-matrix.ts';
import { recordingReceiver } from '../recording-receiver.ts';
import { NOW, seedFields, signedRequest } from '../signed-request.ts';
import { cases, EXTRA } from './cases.ts';
import { eggFronts } from './egg-fronts.ts';
import { expressFronts } from './express-fronts.ts';
import { fastifyFronts } from './fastify-fronts.ts';
import { fetchFronts } from './fetch-fronts.ts';
import type { Front, Running } from './front.ts';
import { koaFronts } from './koa-fronts.ts';
import { midwayFronts } from './midway-fronts.ts';
import { nestFronts } from './nest-fronts.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const JSON_TYPE = 'application/json; charset=utf-8';
const SUCCESS = { status: 200, contentType: JSON_TYPE, body: '{"state":200,"payload":"Success"}' };

/** `<HTTP status> <state> <payload>`, or `-` for what is not an envelope of ours. */
function summary({ status, contentType, body }: TestAnswer): string {
  const envelope = /^\{"state":(\d+),"payload":"(.*)"\}$/s.exec(body);
  return envelope === null || contentType !== JSON_TYPE
    ? `${status} -`
    : `${status} ${envelope[1]} ${envelope[2]}`;
}

/** Starts the front once; every test then puts its own receiver behind it. */
function useFront(front: Front) {
  let running: Running;
  let current: Receiver;
  const stable: Receiver = {
    receive: (request) => current.receive(request),
    refuse: (code, detail) => current.refuse(code, detail),
  };
  beforeAll(async () => {
    running = await front.start(stable);
  });
  afterAll(() => running.stop());
  return {
    behind(recorded: ReturnType<typeof recordingReceiver>) {
      current = recorded.receiver;
      return { ...recorded, send: running.send, port: running.port };
    },
  };
}

const fronts = [
  ...expressFronts,
  ...koaFronts,
  ...fastifyFronts,
  ...nestFronts,
  ...eggFronts,
  ...midwayFronts,
  ...fetchFronts,
];

describe.each(fronts)('$name', (front) => {
  const { behind } = useFront(front);

  it('hands a verified notification over and answers 200 with the envelope', async () => {
    const { send, changes, refusals } = behind(recordingReceiver());
    expect(await send(signedRequest())).toEqual(SUCCESS);
    expect(changes).toMatchObject([
      { state: 50000, houseTaskId: 'task-1', userName: '张三 Lee', signed: true },
    ]);
    expect(refusals).toEqual([]);
  });

  it.each(cases)('answers %s', async (name, request, answer) => {
    const { send, changes } = behind(recordingReceiver({ extra: EXTRA }));
    const got = summary(await send(request));
    expect(got).toBe(front.deviations?.[name] ?? answer);
    expect(changes.length).toBe(got === '200 200 Success' ? 1 : 0);
  });

  it('answers what the handler says, and nothing of what it throws', async () => {
    const refusing = behind(recordingReceiver({ onChange: () => Promise.reject(Refuse(403, '不要了')) }));
    expect(summary(await refusing.send(signedRequest()))).toBe('200 403 不要了');
    const failing = behind(recordingReceiver({ onChange: () => Promise.reject(new Error('hunter2')) }));
    expect(summary(await failing.send(signedRequest()))).toBe('200 500 internal error');
  });

  it('mirrors the state in the HTTP status when asked to', async () => {
    const { send } = behind(recordingReceiver({ mirror: true }));
    expect(summary(await send(signedRequest(seedFields, { key: 'x' })))).toBe(
      '401 401 authentication failed',
    );
  });

  it('verifies the HMAC as well, over the bytes of the body or what a parser kept of them', async () => {
    const { send, changes, refusals } = behind(
      recordingReceiver({ webhookSecrets: SECRET, policy: 'require-hmac' }),
    );
    const body = encodeForm(Object.entries(seedFields));
    const timestampSeconds = NOW / 1000;
    const signed = { id: 'task-1.7', timestampSeconds, body, secret: SECRET };
    const headers = {
      'webhook-id': signed.id,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signWebhook(signed),
    };
    expect(summary(await send(signedRequest(seedFields, { body, headers })))).toBe('200 200 Success');
    expect(refusals).toEqual([]);
    expect(changes).toMatchObject([{ sequence: 7, verifiedBy: 'hmac' }]);
    const forged = encodeForm(Object.entries({ ...seedFields, userName: 'Lee 2' }));
    expect(summary(await send(signedRequest(seedFields, { body: forged, headers })))).toBe(
      '200 401 authentication failed',
    );
  });

  it('keeps apart what arrives at the same time', async () => {
    const { send, changes } = behind(recordingReceiver());
    const ids = Array.from({ length: 10 }, (_, index) => `task-${index}`);
    await Promise.all(ids.map((houseTaskId) => send(signedRequest({ ...seedFields, houseTaskId }))));
    expect(changes.map(({ houseTaskId }: ReceivedChange) => houseTaskId).sort()).toEqual(ids);
  });

  if (front.socketless) return;
  const open = (port: number | null, options: RequestOptions) =>
    httpRequest({ host: '127.0.0.1', port, path: '/doorbell', method: 'POST', agent: false, ...options });

  it('takes a body that comes byte by byte and without a length', async () => {
    const { port } = behind(recordingReceiver());
    const { headers, body } = signedRequest();
    const request = open(port, { headers: Object.fromEntries(headers) });
    for (const byte of body) {
      request.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    request.end();
    const [response] = await once(request, 'response');
    expect(await readAnswer(response)).toEqual(SUCCESS);
  });

  it('tells a sender that asks first to go on', async () => {
    const { port } = behind(recordingReceiver());
    const { headers, body } = signedRequest();
    const length = { 'content-length': body.byteLength, expect: '100-continue' };
    const request = open(port, { headers: { ...Object.fromEntries(headers), ...length } });
    request.flushHeaders();
    await once(request, 'continue');
    request.end(body);
    const [response] = await once(request, 'response');
    expect(await readAnswer(response)).toEqual(SUCCESS);
  });

  it('takes many over one connection', async () => {
    const { port } = behind(recordingReceiver());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const answers: string[] = [];
    const reused: boolean[] = [];
    for (const state of ['50000', '1', '51000']) {
      const { headers, body } = signedRequest({ ...seedFields, state });
      const request = open(port, { headers: Object.fromEntries(headers), agent }).end(body);
      const [response] = await once(request, 'response');
      answers.push(summary(await readAnswer(response)));
      reused.push(request.reusedSocket);
    }
    agent.destroy();
    expect(answers).toEqual(['200 200 Success', '200 500 state-unknown: state', '200 200 Success']);
    expect(reused).toEqual([false, true, true]);
  });

  it('does not read 10 MB in, and does not wait for ever', async () => {
    const { port, changes } = behind(recordingReceiver());
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const request = open(port, { headers });
    // Frameworks that close the connection at once may lose the answer on the way; either says no.
    const outcome = new Promise((resolve) => {
      request.on('response', (response) => resolve(response.resume().statusCode));
      request.on('error', () => resolve('closed'));
    });
    request.end(Buffer.alloc(10_000_000, 'x'));
    expect([413, 'closed']).toContain(await outcome);
    expect(changes).toEqual([]);
  });
});
