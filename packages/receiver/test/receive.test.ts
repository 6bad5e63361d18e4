import { type ReceiverOptions, Refuse } from '@doorbell/receiver';
import { expect, it } from 'vitest';

import { describeMatrix } from './describe-matrix.ts';
import { recordingReceiver } from './recording-receiver.ts';
import {
  form,
  KEY,
  NOW,
  seedFields,
  signature,
  signedRequest,
  type TestRequest,
  unsignedRequest,
} from './signed-request.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const SUCCESS = { status: 200, contentType: JSON_TYPE, body: '{"state":200,"payload":"Success"}' };
const FIVE_MINUTES_MS = 300_000;

function envelope(status: number, state: number, payload: string) {
  return { status, contentType: JSON_TYPE, body: JSON.stringify({ state, payload }) };
}

describeMatrix('a verified notification', (send) => {
  it('whose ids have another form than agreed is refused by the pattern of the id', async () => {
    const idPatterns = { houseId: /house-[a-f]/, userId: /^user-[a-z]$/g };
    const { receiver, changes, refusals } = recordingReceiver({ idPatterns });
    for (const timestamp of [NOW, NOW + 1]) await send(receiver, signedRequest(seedFields, { timestamp }));
    const changed = (fields: Record<string, string>) => signedRequest({ ...seedFields, ...fields });
    const answer = await send(receiver, changed({ houseId: 'house-a2' }));
    expect(answer).toEqual(envelope(200, 500, 'field-not-allowed: houseId'));
    for (const userId of ['xuser-a', 'user-A']) await send(receiver, changed({ userId }));
    expect(refusals.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'field-not-allowed houseId',
      'field-not-allowed userId',
      'field-not-allowed userId',
    ]);
    expect(changes).toHaveLength(2);
  });

  it('is handed over typed, and answered with success', async () => {
    const { receiver, changes, refusals } = recordingReceiver();
    const headers = { 'webhook-id': 'task-1.7', 'doorbell-sequence': '7', 'doorbell-attempt': '2' };

    expect(await send(receiver, signedRequest(seedFields, { headers }))).toEqual(SUCCESS);
    expect(changes).toEqual([
      {
        state: 50000,
        stateName: 'done',
        houseTaskId: 'task-1',
        houseId: 'house-a',
        packageId: 'package-a',
        userId: 'user-a',
        userName: '张三 Lee',
        extra: {},
        timestamp: NOW,
        signed: true,
        verifiedBy: 'md5',
        ambiguous: true,
        keyIndex: 0,
        webhookId: 'task-1.7',
        sequence: 7,
        attempt: 2,
      },
    ]);
    expect(refusals).toEqual([]);
  });

  it('carries no hints when the unsigned headers are absent or make no sense', async () => {
    const { receiver, changes } = recordingReceiver();
    await send(receiver, signedRequest());
    await send(
      receiver,
      signedRequest(seedFields, {
        timestamp: NOW + 1,
        headers: { 'doorbell-sequence': '0x7', 'doorbell-attempt': '-1' },
      }),
    );
    expect(changes).toMatchObject([
      { webhookId: null, sequence: null, attempt: null },
      { webhookId: null, sequence: null, attempt: null },
    ]);
  });

  it.each([
    ['state 0', { state: '0' }],
    ['an empty user name', { userName: '' }],
    ['spaces around a value', { userName: '  Lee ' }],
    ['characters that mean something in a form', { userName: "a+b c%20&=~!*'()" }],
    ['a byte order mark', { userName: '\uFEFFLee' }],
    ['emoji and rare Han', { userName: '🏠𠮷' }],
    ['text that looks percent-encoded', { userName: '%E5%BC%A0' }],
  ])('may hold %s', async (_name, changed) => {
    const { receiver, changes } = recordingReceiver();
    const fields: Record<string, string> = { ...seedFields, ...changed };
    expect(await send(receiver, signedRequest(fields))).toEqual(SUCCESS);
    expect(changes[0]).toMatchObject({ userName: fields.userName, state: Number(fields.state) });
  });

  it.each([
    ['lower-case hex', form(seedFields).replace(/%../g, (hex) => hex.toLowerCase())],
    ['%20 for a space', form(seedFields).replaceAll('+', '%20')],
    ['more escapes than needed', form(seedFields).replace('task', '%74ask')],
    ['another order of fields', form(Object.fromEntries(Object.entries(seedFields).reverse()))],
    ['raw UTF-8 bytes', form(seedFields).replace(/userName=.*/, 'userName=张三+Lee')],
  ])('may be written with %s', async (_name, body) => {
    const { receiver } = recordingReceiver();
    expect(await send(receiver, signedRequest(seedFields, { body }))).toEqual(SUCCESS);
  });

  it.each([
    'x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=utf-8',
    'application/x-www-form-urlencoded;charset=UTF8',
    'Application/X-WWW-Form-Urlencoded; Charset="utf-8"',
  ])('may have the content type %s', async (contentType) => {
    const { receiver } = recordingReceiver();
    const request = signedRequest(seedFields, { headers: { 'content-type': contentType } });
    expect(await send(receiver, request)).toEqual(SUCCESS);
  });

  it('may have no content type', async () => {
    const { receiver } = recordingReceiver();
    const request = signedRequest();
    request.headers = request.headers.filter(([name]) => name !== 'content-type');
    expect(await send(receiver, request)).toEqual(SUCCESS);
  });

  it('may carry the sign in upper case', async () => {
    const { receiver } = recordingReceiver();
    const headers = { sign: signature(seedFields, String(NOW)).toUpperCase() };
    expect(await send(receiver, signedRequest(seedFields, { headers }))).toEqual(SUCCESS);
  });

  it('verifies with any of several keys and says which', async () => {
    const { receiver, changes } = recordingReceiver({ signKeys: ['a-new-key', KEY] });
    expect(await send(receiver, signedRequest())).toEqual(SUCCESS);
    expect(await send(receiver, signedRequest(seedFields, { key: 'a-new-key' }))).toEqual(SUCCESS);
    expect(changes.map(({ keyIndex }) => keyIndex)).toEqual([1, 0]);
  });

  it.each([-FIVE_MINUTES_MS, FIVE_MINUTES_MS])('may be signed %d ms away from now', async (awayMs) => {
    const { receiver } = recordingReceiver();
    expect(await send(receiver, signedRequest(seedFields, { timestamp: NOW + awayMs }))).toEqual(SUCCESS);
  });

  it('may lack userId and userName in revision 2021-05, and has null there', async () => {
    const { userId: _userId, userName: _userName, ...fields } = seedFields;
    const { receiver, changes } = recordingReceiver({ revision: '2021-05' });
    expect(await send(receiver, signedRequest(fields))).toEqual(SUCCESS);
    expect(changes[0]).toMatchObject({ userId: null, userName: null });
  });

  it('hands over the extra fields that were declared', async () => {
    const { receiver, changes } = recordingReceiver({ extra: ['cityId', 'CityName'] });
    expect(await send(receiver, signedRequest({ ...seedFields, cityId: '31', CityName: '上海' }))).toEqual(
      SUCCESS,
    );
    expect(changes[0]?.extra).toEqual({ cityId: '31', CityName: '上海' });
  });

  it('keeps apart from others that arrive at the same time', async () => {
    const { receiver, changes } = recordingReceiver();
    const ids = Array.from({ length: 20 }, (_, index) => `task-${index}`);
    const answers = await Promise.all(
      ids.map((houseTaskId, index) => {
        const key = index % 4 === 3 ? 'another-key' : KEY;
        return send(receiver, signedRequest({ ...seedFields, houseTaskId }, { key }));
      }),
    );
    expect(answers.map(({ body }) => body === SUCCESS.body)).toEqual(ids.map((_, index) => index % 4 !== 3));
    expect(changes.map(({ houseTaskId }) => houseTaskId).sort()).toEqual(
      ids.filter((_, index) => index % 4 !== 3).sort(),
    );
  });
});

describeMatrix('a request that cannot be authenticated', (send) => {
  const { userName: _userName, ...withoutUserName } = seedFields;
  const timestamp = String(NOW);
  const sign = signature(seedFields, timestamp);

  const cases: [string, TestRequest][] = [
    ['sign-missing', unsignedRequest(form(seedFields))],
    ['sign-missing', unsignedRequest(form(seedFields), { timestamp })],
    ['timestamp-missing', unsignedRequest(form(seedFields), { sign })],
    ['sign-malformed', signedRequest(seedFields, { headers: { sign: sign.slice(1) } })],
    ['sign-malformed', signedRequest(seedFields, { headers: { sign: `${sign}0` } })],
    ['sign-mismatch', signedRequest(seedFields, { headers: { sign: 'e10adc3949ba59abbe56e057f20f883e' } })],
    ['sign-mismatch', signedRequest(seedFields, { key: 'another-key' })],
    ['sign-mismatch', signedRequest(seedFields, { body: form({ ...seedFields, state: '51000' }) })],
    ['sign-mismatch', signedRequest(seedFields, { body: form(withoutUserName) })],
    // A byte order mark is part of the first name: to strip it would be to change what was sent.
    ['sign-mismatch', signedRequest(seedFields, { body: `\uFEFF${form(seedFields)}` })],
    ['timestamp-malformed', signedRequest(seedFields, { headers: { timestamp: '01532059200000' } })],
    ['timestamp-malformed', signedRequest(seedFields, { headers: { timestamp: '1.53205920e12' } })],
    ['timestamp-seconds', signedRequest(seedFields, { headers: { timestamp: '1532059200' } })],
    ['timestamp-stale', signedRequest(seedFields, { timestamp: NOW - FIVE_MINUTES_MS - 1 })],
    ['timestamp-future', signedRequest(seedFields, { timestamp: NOW + FIVE_MINUTES_MS + 1 })],
  ];
  it.each(cases)('is refused as %s, and told no more than 401', async (code, request) => {
    const { receiver, changes, refusals } = recordingReceiver();
    expect(await send(receiver, request)).toEqual(envelope(200, 401, 'authentication failed'));
    expect(refusals).toMatchObject([{ code, state: 401 }]);
    expect(changes).toEqual([]);
    expect(JSON.stringify(refusals)).not.toContain(KEY);
  });

  it.each(['timestamp', 'sign'])('is refused when the %s header comes twice', async (name) => {
    const { receiver, refusals } = recordingReceiver();
    const request = signedRequest();
    request.headers.push(...request.headers.filter(([other]) => other === name));
    expect(await send(receiver, request)).toEqual(envelope(200, 401, 'authentication failed'));
    expect(refusals).toMatchObject([{ code: 'header-repeated', field: name }]);
  });

  it('is let in unsigned only where that was allowed, and says so', async () => {
    const { receiver, changes } = recordingReceiver({ signKeys: [], allowUnsigned: true });
    expect(await send(receiver, unsignedRequest(form(seedFields)))).toEqual(SUCCESS);
    expect(await send(receiver, unsignedRequest(form(seedFields), { timestamp }))).toEqual(SUCCESS);
    const unsigned = { signed: false, verifiedBy: null, keyIndex: null, timestamp: null };
    expect(changes).toMatchObject([unsigned, unsigned]);
  });

  it('is refused with a wrong sign even where unsigned ones are allowed', async () => {
    const { receiver, refusals } = recordingReceiver({ allowUnsigned: true });
    await send(receiver, signedRequest(seedFields, { key: 'another-key' }));
    await send(receiver, unsignedRequest(form(seedFields), { sign }));
    const keyless = recordingReceiver({ signKeys: [], allowUnsigned: true });
    await send(keyless.receiver, signedRequest());
    expect(refusals.map(({ code }) => code)).toEqual(['sign-mismatch', 'timestamp-missing']);
    expect(keyless.refusals.map(({ code }) => code)).toEqual(['sign-mismatch']);
  });
});

describeMatrix('a request that is not a notification as agreed', (send) => {
  const { userName: _userName, ...withoutUserName } = seedFields;
  const latin1 = Buffer.from(form(withoutUserName).concat('&userName=\xD5\xC5'), 'latin1');
  const typed = (contentType: string) =>
    signedRequest(seedFields, { headers: { 'content-type': contentType } });
  const changed = (fields: Record<string, string>) => signedRequest({ ...seedFields, ...fields });
  const withBody = (body: string | Uint8Array) => signedRequest(seedFields, { body });

  const cases: [string, string | null, TestRequest][] = [
    ['content-type-unsupported', null, typed('application/json')],
    ['content-type-unsupported', null, typed('multipart/form-data; boundary=x')],
    ['content-type-unsupported', null, typed('application/x-www-form-urlencoded, text/plain')],
    ['charset-unsupported', null, typed('application/x-www-form-urlencoded; charset=gbk')],
    ['charset-unsupported', null, typed('application/x-www-form-urlencoded; charset=utf-8; charset=gbk')],
    ['form-invalid-utf8', null, withBody(latin1)],
    ['form-invalid-utf8', 'userName', withBody(`${form(withoutUserName)}&userName=%D5%C5`)],
    ['form-malformed-percent', 'userName', withBody(`${form(withoutUserName)}&userName=100%`)],
    ['form-repeated-name', 'state', withBody(`${form(seedFields)}&state=`)],
    ['form-control-character', 'userName', changed({ userName: 'a\u0000' })],
    ['field-missing', 'userName', signedRequest(withoutUserName)],
    ['field-too-short', 'houseId', changed({ houseId: '' })],
    ['field-too-long', 'houseTaskId', changed({ houseTaskId: 'x'.repeat(33) })],
    ['field-not-integer', 'state', changed({ state: '050000' })],
    ['state-unknown', 'state', changed({ state: '50001' })],
    ['state-never-notified', 'state', changed({ state: '-1' })],
    ['field-undeclared', 'cityId', changed({ cityId: '31' })],
    ['field-undeclared', 'cityId', changed({ cityId: '' })],
    ['field-undeclared', '__proto__', withBody(`${form(seedFields)}&__proto__=`)],
  ];
  it.each(cases)('is refused as %s (%s), so that the platform tries again', async (code, field, request) => {
    const { receiver, changes, refusals } = recordingReceiver();
    const payload = field === null ? code : `${code}: ${field}`;
    expect(await send(receiver, request)).toEqual(envelope(200, 500, payload));
    expect(refusals).toMatchObject([{ code, field, state: 500 }]);
    expect(changes).toEqual([]);
  });

  it('is answered 405 with an envelope when it is no POST', async () => {
    const { receiver, refusals } = recordingReceiver();
    const request = { method: 'GET', headers: [], body: new Uint8Array() };
    expect(await send(receiver, request)).toEqual(envelope(405, 500, 'method-not-post'));
    expect(refusals).toMatchObject([{ code: 'method-not-post' }]);
  });

  it('is answered 413 with an envelope when the body is one byte over the limit', async () => {
    const { receiver, changes, refusals } = recordingReceiver();
    expect(await send(receiver, unsignedRequest('x'.repeat(65_537)))).toEqual(
      envelope(413, 500, 'form-too-large'),
    );
    expect(refusals.map(({ code }) => code)).toEqual(['form-too-large']);
    expect(changes).toEqual([]);
    await send(receiver, unsignedRequest('x'.repeat(65_536)));
    expect(refusals.at(-1)?.code).not.toBe('form-too-large');
  });
});

describeMatrix('a handler', (send) => {
  async function answerOf(onChange: ReceiverOptions['onChange'], options: Partial<ReceiverOptions> = {}) {
    const { receiver, refusals } = recordingReceiver({ onChange, ...options });
    return { answer: await send(receiver, signedRequest()), refusals };
  }

  it('chooses the answer with Refuse, with or without new', async () => {
    const without = await answerOf(() => {
      throw Refuse(403, '不要了');
    });
    const withNew = await answerOf(() => {
      throw new Refuse(401, 'who are you');
    });
    expect(without.answer).toEqual(envelope(200, 403, '不要了'));
    expect(withNew.answer).toEqual(envelope(200, 401, 'who are you'));
    expect(without.refusals).toMatchObject([{ code: 'handler-refused', state: 403, detail: '不要了' }]);
  });

  it('keeps what it threw from the platform, and finds it in onRefused', async () => {
    const failure = new Error('password=hunter2');
    const { answer, refusals } = await answerOf(() => {
      throw failure;
    });
    expect(answer).toEqual(envelope(200, 500, 'internal error'));
    expect(refusals[0]).toMatchObject({ code: 'handler-failed', state: 500 });
    expect(refusals[0]?.cause).toBe(failure);
  });

  it('is answered 500 when it refuses with a state that is no refusal', async () => {
    const { answer, refusals } = await answerOf(() => {
      throw Refuse(200, 'fine');
    });
    expect(answer).toEqual(envelope(200, 500, 'internal error'));
    expect(refusals[0]?.cause).toBeInstanceOf(RangeError);
  });

  it('may be asynchronous: the answer waits for it', async () => {
    const order: string[] = [];
    const { answer } = await answerOf(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('handled');
    });
    order.push('answered');
    expect(answer).toEqual(SUCCESS);
    expect(order).toEqual(['handled', 'answered']);
    const rejecting = await answerOf(async () => Promise.reject(Refuse(403, 'later')));
    expect(rejecting.answer).toEqual(envelope(200, 403, 'later'));
  });

  it('has a reason cut short that would grow the answer over what the platform reads', async () => {
    const { answer } = await answerOf(() => {
      throw Refuse(403, '长'.repeat(100_000));
    });
    expect(answer).toEqual(envelope(200, 403, '长'.repeat(1000)));
  });

  it('is answered for even when onRefused throws or rejects', async () => {
    for (const onRefused of [() => Promise.reject(new Error('log')), () => JSON.parse('{')]) {
      const { answer } = await answerOf(() => Promise.reject(new Error('handler')), { onRefused });
      expect(answer).toEqual(envelope(200, 500, 'internal error'));
    }
  });
});

describeMatrix('mirror', (send) => {
  it.each([
    [401, 401],
    [4011, 401],
    [403, 403],
    [500, 500],
  ])('turns state %d into HTTP %d', async (state, status) => {
    const onChange = () => {
      throw Refuse(state, 'no');
    };
    const { receiver } = recordingReceiver({ mirror: true, onChange });
    expect(await send(receiver, signedRequest())).toEqual(envelope(status, state, 'no'));
  });

  it('answers success 200, a wrong key 401, and an unknown state 500', async () => {
    const { receiver } = recordingReceiver({ mirror: true });
    expect((await send(receiver, signedRequest())).status).toBe(200);
    expect((await send(receiver, signedRequest(seedFields, { key: 'another-key' }))).status).toBe(401);
    expect((await send(receiver, signedRequest({ ...seedFields, state: '1' }))).status).toBe(500);
  });
});
