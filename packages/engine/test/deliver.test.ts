import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type Claim,
  deliver,
  type Endpoint,
  type Reply,
  type Settlement,
  type SignedRequest,
} from '../src/index.ts';
import { answering, ScriptedTransport, VirtualClock } from '../src/testing/index.ts';
import { aChange, aClaim, anEndpoint } from './a-claim.ts';

const startedAt = 1_767_225_600_123;
const never = new AbortController().signal;

async function run(
  claim: Claim,
  answer: (request: SignedRequest) => Reply,
  leaseMs = 45_000,
): Promise<{ requests: readonly SignedRequest[]; settlement: Settlement }> {
  const transport = new ScriptedTransport(answer);
  const clock = new VirtualClock(startedAt);
  const settlement = await deliver(claim, leaseMs, { transport, clock, random: () => 0.5 }, never);
  return { requests: transport.requests, settlement };
}

const withEndpoint = (changes: Partial<Endpoint>) => aClaim({ endpoint: { ...anEndpoint, ...changes } });

/** By the contract's rule, written again: key, values in order of their names, timestamp. */
function md5(key: string, request: SignedRequest | undefined): string {
  const fields = [...new URLSearchParams(request?.body)].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = key + fields.map(([, value]) => value).join('') + request?.headers.timestamp;
  return createHash('md5').update(text).digest('hex');
}

describe('a delivery', () => {
  it('posts the six fields, signed, with the time of the attempt in milliseconds', async () => {
    const { requests, settlement } = await run(aClaim(), () => answering(200));
    const [request] = requests;
    expect(requests).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      state: '50000',
      houseTaskId: 'T1',
      houseId: 'H1',
      packageId: 'P1',
      userId: 'U1',
      userName: '张三',
    });
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(request?.headers.timestamp).toBe(String(startedAt));
    expect(request?.headers.sign).toBe(md5(anEndpoint.signKey ?? '', request));
    expect(settlement.step).toEqual({ kind: 'advance', result: 1 });
  });

  it('adds headers that identify the notification and that a receiver may ignore', async () => {
    const { requests } = await run(aClaim({ attempt: 4 }), () => answering(200));
    expect(requests[0]?.headers).toMatchObject({
      'webhook-id': 'T1.3',
      'webhook-timestamp': '1767225600',
      'doorbell-sequence': '3',
      'doorbell-attempt': '4',
    });
    expect(requests[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it('signs by Standard Webhooks too when the endpoint has a secret', async () => {
    const key = Buffer.alloc(32, 7);
    const { requests } = await run(withEndpoint({ webhookSecret: `whsec_${key.toString('base64')}` }), () =>
      answering(200),
    );
    const signed = `T1.3.1767225600.${requests[0]?.body}`;
    const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
    expect(requests[0]?.headers['webhook-signature']).toBe(expected);
  });

  it('sends unsigned where no key is agreed', async () => {
    const { requests, settlement } = await run(withEndpoint({ signKey: null }), () => answering(200));
    expect(requests[0]?.headers).not.toHaveProperty('sign');
    expect(requests[0]?.headers).not.toHaveProperty('timestamp');
    expect(settlement.attempts[0]).toMatchObject({ sign: null, key: null });
  });

  it('leaves userId and userName out in revision 2021-05', async () => {
    const { requests } = await run(withEndpoint({ revision: '2021-05' }), () => answering(200));
    const names = [...new URLSearchParams(requests[0]?.body).keys()].sort();
    expect(names).toEqual(['houseId', 'houseTaskId', 'packageId', 'state']);
    expect(requests[0]?.headers.sign).toBe(md5(anEndpoint.signKey ?? '', requests[0]));
  });

  it('sends and signs the extra parameters of a change', async () => {
    const change = { ...aChange, extra: { CityId: '021', comments: 'a+b & c' } };
    const { requests } = await run(aClaim({ change }), () => answering(200));
    expect(new URLSearchParams(requests[0]?.body).get('comments')).toBe('a+b & c');
    expect(requests[0]?.headers.sign).toBe(md5(anEndpoint.signKey ?? '', requests[0]));
  });

  it('keeps every header within ASCII whatever the ids are made of', async () => {
    const { requests } = await run(aClaim({ change: { ...aChange, houseTaskId: '任务 1' } }), () =>
      answering(200),
    );
    expect(requests[0]?.headers['webhook-id']).toBe('%E4%BB%BB%E5%8A%A1%201.3');
  });

  it('records what was sent, what came back and why it counted as it did', async () => {
    const { requests, settlement } = await run(aClaim({ attempt: 2 }), () => ({
      ...answering(500, 'database is down'),
      timings: ',,,,812,40',
    }));
    expect(settlement.attempts).toEqual([
      {
        sequence: 3,
        epoch: 5,
        post: 1,
        attempt: 2,
        at: startedAt,
        durationMs: 0,
        outcome: 'retry',
        reason: 'response-state',
        detail: 'The endpoint answered state 500. It said: database is down',
        url: anEndpoint.url,
        sign: requests[0]?.headers.sign,
        key: 'current',
        requestHeaders: requests[0]?.headers,
        requestBody: requests[0]?.body,
        httpStatus: 200,
        responseState: 500,
        responseBody: '{"state":500,"payload":"database is down"}',
        remoteAddress: null,
        timings: ',,,,812,40',
        fenced: false,
      },
    ]);
  });

  it('records whole milliseconds, though a monotonic clock counts in fractions', async () => {
    const clock = new VirtualClock(startedAt);
    const transport = new ScriptedTransport(() => {
      clock.advance(1.6);
      return answering(200);
    });
    const settlement = await deliver(aClaim(), 45_000, { transport, clock, random: () => 0.5 }, never);
    expect(settlement.attempts.map(({ durationMs }) => durationMs)).toEqual([2]);
  });

  it('is released unsent when it could not end before its lease', async () => {
    const { requests, settlement } = await run(aClaim(), () => answering(200), 19_000);
    expect(requests).toEqual([]);
    expect(settlement).toMatchObject({ attempts: [], step: { kind: 'release' } });
  });
});

describe('while a sign key is being rotated', () => {
  const rotating: Partial<Endpoint> = {
    signKey: 'the-new-key-0123456789',
    previousSignKey: 'the-old-key-0123456789',
    previousSignKeyUntil: startedAt + 1,
  };
  const knowing = (key: string) => (request: SignedRequest) =>
    answering(request.headers.sign === md5(key, request) ? 200 : 401);

  it('the new key is tried first, and alone where it is known', async () => {
    const { requests, settlement } = await run(withEndpoint(rotating), knowing('the-new-key-0123456789'));
    expect(requests).toHaveLength(1);
    expect(settlement.attempts.map(({ key }) => key)).toEqual(['current']);
  });

  it('an answer 401 to the new key is tried once more with the old one', async () => {
    const { settlement } = await run(withEndpoint(rotating), knowing('the-old-key-0123456789'));
    expect(settlement.attempts.map(({ key, post, outcome }) => [key, post, outcome])).toEqual([
      ['current', 1, 'misconfigured'],
      ['previous', 2, 'accepted'],
    ]);
    expect(settlement.step).toEqual({ kind: 'advance', result: 1 });
  });

  it('an endpoint that knows neither key may be changing over just now: a few tries, then it is paused', async () => {
    const trying = (attempt: number) => ({ ...withEndpoint(rotating), attempt, firstTryAt: startedAt });
    for (const attempt of [1, 2, 3]) {
      const { requests, settlement } = await run(trying(attempt), knowing('some-other-key'));
      expect(requests).toHaveLength(2);
      expect(settlement.step.kind).toBe('retry');
    }
    const { settlement } = await run(trying(4), knowing('some-other-key'));
    expect(settlement.step).toMatchObject({ kind: 'pause', reason: 'unauthorized' });
    const atTheHorizon = await run(withEndpoint(rotating), knowing('some-other-key'));
    expect(atTheHorizon.settlement.step.kind).toBe('pause');
  });

  it('the old key is not tried after anything but a 401, nor after the overlap', async () => {
    expect((await run(withEndpoint(rotating), () => answering(500))).requests).toHaveLength(1);
    const over = withEndpoint({ ...rotating, previousSignKeyUntil: startedAt });
    expect((await run(over, knowing('the-old-key-0123456789'))).requests).toHaveLength(1);
  });
});

describe('a delivery that is given up', () => {
  const wanting = { deliveryFailedUrl: 'https://acme.example/failed', retryHorizonMs: 60_000 };
  const late = (changes: Partial<Endpoint>) => ({
    ...withEndpoint({ ...wanting, ...changes }),
    firstTryAt: startedAt - 60_000,
  });

  it('leaves a delivery-failed notice where the endpoint has a URL for it', async () => {
    const { settlement } = await run(late({}), () => answering(500, 'still down'));
    expect(settlement.step).toEqual({ kind: 'advance', result: 3 });
    expect(settlement.notice).toEqual({
      endpointId: 'acme-main',
      url: 'https://acme.example/failed',
      fields: {
        notifyId: 'n7-3',
        notifyConfigId: 'acme-main',
        notifyType: 'TaskStateChange',
        notifyResult: '3',
        response: '{"state":500,"payload":"still down"}',
        packageId: 'P1',
        houseId: 'H1',
        state: '50000',
      },
    });
  });

  it('leaves one when the lane is parked, too, and none where there is no URL or while it is still tried', async () => {
    expect((await run(late({ onGiveUp: 'park' }), () => answering(500))).settlement.notice).not.toBeNull();
    expect((await run(late({ deliveryFailedUrl: null }), () => answering(500))).settlement.notice).toBeNull();
    const early = { ...withEndpoint(wanting), firstTryAt: startedAt };
    expect((await run(early, () => answering(500))).settlement.notice).toBeNull();
    expect((await run(late({}), () => answering(403))).settlement.notice).toBeNull();
  });

  it('leaves one even if what the endpoint answered cannot be put into a form', async () => {
    const garbage: Reply = {
      kind: 'response',
      httpStatus: 500,
      retryAfter: null,
      body: new Uint8Array([0, 1, 0xd8, 0xff, 10, 65]),
      remoteAddress: null,
    };
    const { settlement } = await run(late({}), () => garbage);
    expect(settlement.notice?.fields.notifyResult).toBe('3');
  });
});
