import { createHash } from 'node:crypto';

import { expect, it } from 'vitest';

import { describeMatrix } from './describe-matrix.ts';
import { extendMd5, md5Padding } from './extend-md5.ts';
import { recordingReceiver } from './recording-receiver.ts';
import { form, KEY, NOW, seedFields, signature, unsignedRequest } from './signed-request.ts';
import { SECRET, webhookRequest } from './webhook-request.ts';

type Fields = Record<string, string>;

const { userId: _userId, ...withoutUserId } = seedFields;

/** Someone listened in: fields, timestamp and a true sign over them; now they are cut elsewhere. */
function forge(options: { heard: Fields; heardAt?: string; forged: Fields; forgedAt?: string }) {
  const heardAt = options.heardAt ?? String(NOW);
  const forgedAt = options.forgedAt ?? heardAt;
  const sign = signature(options.heard, heardAt);
  // A forgery that does not verify would prove nothing about the grammar.
  expect(signature(options.forged, forgedAt)).toBe(sign);
  return unsignedRequest(form(options.forged), { timestamp: forgedAt, sign });
}

describeMatrix('a forgery that keeps a captured signature', (send) => {
  it.each([
    [
      'a digit moved from state into userName',
      'state-unknown',
      { ...withoutUserId, userName: 'alice' },
      { ...withoutUserId, state: '5000', userName: '0alice' },
    ],
    [
      'a digit moved from state into userId',
      'state-unknown',
      { ...seedFields, userId: 'u1' },
      { ...seedFields, state: '5000', userId: '0u1' },
    ],
    [
      'a leading zero moved from state into packageId',
      'field-not-integer',
      { ...seedFields, packageId: 'p', state: '50000' },
      { ...seedFields, packageId: 'p5', state: '0000' },
    ],
    [
      'all of the state moved into packageId',
      'field-not-integer',
      seedFields,
      { ...seedFields, packageId: 'package-a50000', state: '' },
    ],
    [
      'a value moved into an undeclared name',
      'field-undeclared',
      { ...seedFields, userName: 'alice' },
      { ...seedFields, userName: 'al', zone: 'ice' },
    ],
    ['an empty undeclared name added', 'field-undeclared', seedFields, { ...seedFields, isTest: '' }],
    [
      'two ids folded into one',
      'field-too-short',
      seedFields,
      { ...seedFields, houseId: '', houseTaskId: 'house-atask-1' },
    ],
    [
      'a required field folded into its neighbour and dropped',
      'field-missing',
      seedFields,
      { ...withoutUserId, userName: 'user-a张三 Lee' },
    ],
    [
      'more text moved into houseTaskId than it may hold',
      'field-too-long',
      { ...seedFields, houseId: 'h'.repeat(40) },
      { ...seedFields, houseId: 'h', houseTaskId: `${'h'.repeat(39)}task-1` },
    ],
  ] satisfies [string, string, Fields, Fields][])(
    'is refused: %s',
    async (_name, code, heard: Fields, forged) => {
      const { receiver, changes, refusals } = recordingReceiver({
        revision: heard.userId ? 'seed' : '2021-05',
      });
      await send(receiver, forge({ heard, forged }));
      expect(refusals.map((refusal) => refusal.code)).toEqual([code]);
      expect(changes).toEqual([]);
    },
  );

  it.each([
    ['from the user name into the timestamp', 'room7', String(NOW), 'room', `7${NOW}`],
    ['from the timestamp into the user name', 'room', String(NOW), 'room1', String(NOW).slice(1)],
    ['zeros from the user name into the timestamp', 'room00', String(NOW), 'room', `00${NOW}`],
  ])('is refused: digits moved %s', async (_name, userName, heardAt, forgedName, forgedAt) => {
    const { receiver, changes, refusals } = recordingReceiver();
    const heard = { ...seedFields, userName };
    await send(
      receiver,
      forge({ heard, heardAt, forged: { ...seedFields, userName: forgedName }, forgedAt }),
    );
    expect(refusals.map((refusal) => refusal.code)).toEqual(['timestamp-malformed']);
    expect(changes).toEqual([]);
  });

  it('is refused: the length of the hash extended, as raw bytes, percent-encoded, or called GBK', async () => {
    const heardAt = String(NOW - 86_400_000);
    const secretBytes = Buffer.byteLength(KEY + Object.values(seedFields).join('') + heardAt);
    const sign = extendMd5(signature(seedFields, heardAt), secretBytes, `!${NOW}`);
    const userName = Buffer.concat([
      Buffer.from(seedFields.userName + heardAt),
      md5Padding(secretBytes),
      Buffer.from('!'),
    ]);

    // The forgery is a true one: whoever hashes bytes without asking whether they are UTF-8 accepts it.
    const before = ['houseId', 'houseTaskId', 'packageId', 'state', 'userId']
      .map((name) => seedFields[name])
      .join('');
    const naive = createHash('md5')
      .update(KEY + before)
      .update(userName)
      .update(String(NOW))
      .digest('hex');
    expect(naive).toBe(sign);

    const { userName: _userName, ...others } = seedFields;
    const encoded = [...userName].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    const escapedBody = `${form(others)}&userName=${encoded}`;
    const rawBody = Buffer.concat([Buffer.from(`${form(others)}&userName=`), userName]);
    const headers = { timestamp: String(NOW), sign };
    const gbk = { ...headers, 'content-type': 'application/x-www-form-urlencoded; charset=gbk' };

    const { receiver, changes, refusals } = recordingReceiver();
    await send(receiver, unsignedRequest(escapedBody, headers));
    await send(receiver, unsignedRequest(rawBody, headers));
    await send(receiver, unsignedRequest(escapedBody, gbk));
    expect(refusals.map(({ code }) => code)).toEqual([
      'form-invalid-utf8',
      'form-invalid-utf8',
      'charset-unsupported',
    ]);
    expect(changes).toEqual([]);
  });

  const legalForgeries: [string, Fields, Fields][] = [
    [
      'a state that became 0, its digits now ending packageId',
      seedFields,
      { ...seedFields, packageId: 'package-a5000', state: '0' },
    ],
    [
      'a task id that took the end of the house id',
      seedFields,
      { ...seedFields, houseId: 'house-', houseTaskId: 'atask-1' },
    ],
    [
      'a user id that took the start of the name',
      seedFields,
      { ...seedFields, userId: 'user-a张', userName: '三 Lee' },
    ],
  ];

  it.each(legalForgeries)(
    'that is legal in every field gets through, flagged: %s',
    async (_name, heard, forged) => {
      const { receiver, changes } = recordingReceiver();
      await send(receiver, forge({ heard, forged }));
      expect(changes).toMatchObject([
        { houseId: forged.houseId, state: Number(forged.state), ambiguous: true },
      ]);
    },
  );

  it.each(legalForgeries)(
    'is refused by id patterns, and what it was made of is not flagged: %s',
    async (_name, heard, forged) => {
      const idPatterns = {
        houseId: /house-[a-z]/,
        houseTaskId: /task-\d/,
        packageId: /package-[a-z]/,
        userId: /user-[a-z]/,
      };
      const { receiver, changes, refusals } = recordingReceiver({ idPatterns });
      await send(receiver, forge({ heard, forged }));
      expect(refusals).toMatchObject([{ code: 'field-not-allowed', state: 500 }]);
      await send(
        receiver,
        unsignedRequest(form(heard), { timestamp: String(NOW), sign: signature(heard, String(NOW)) }),
      );
      expect(changes).toMatchObject([{ ...heard, state: 50000, ambiguous: false }]);
    },
  );

  it.each(legalForgeries)('is refused where the original came first: %s', async (_name, heard, forged) => {
    const { receiver, changes, refusals } = recordingReceiver();
    await send(
      receiver,
      unsignedRequest(form(heard), { timestamp: String(NOW), sign: signature(heard, String(NOW)) }),
    );
    await send(receiver, forge({ heard, forged }));
    expect(refusals.map(({ code }) => code)).toEqual(['sign-reused']);
    expect(changes).toHaveLength(1);
  });

  it.each(legalForgeries)(
    'is refused where the HMAC is required, or sent along: %s',
    async (_name, heard, forged) => {
      const required = recordingReceiver({ webhookSecrets: SECRET, policy: 'require-hmac' });
      await send(required.receiver, forge({ heard, forged }));
      const preferred = recordingReceiver({ webhookSecrets: SECRET });
      const original = webhookRequest(heard);
      const headers = Object.fromEntries(original.headers);
      await send(preferred.receiver, unsignedRequest(form(forged), headers));
      const codes = [...required.refusals, ...preferred.refusals].map(({ code }) => code);
      expect(codes).toEqual(['webhook-signature-missing', 'webhook-signature-mismatch']);
      expect([...required.changes, ...preferred.changes]).toEqual([]);
    },
  );
});
