import { createReceiver, Refuse, RefuseError, type VerifyOptions, verifyRequest } from '@doorbell/receiver';
import { expect, it } from 'vitest';

import { recordingReceiver } from './recording-receiver.ts';
import { form, KEY, NOW, seedFields, signedRequest, unsignedRequest } from './signed-request.ts';

const onChange = () => {};

it.each([
  ['no key', { signKeys: [] }],
  ['an empty key', { signKeys: '' }],
  ['an empty key among others', { signKeys: [KEY, ''] }],
  ['a tolerance that is not a number', { signKeys: KEY, toleranceMs: Number.NaN }],
  ['a tolerance without end', { signKeys: KEY, toleranceMs: Number.POSITIVE_INFINITY }],
  ['a tolerance in parts of milliseconds', { signKeys: KEY, toleranceMs: 1000 / 3 }],
  ['a tolerance past all whole numbers', { signKeys: KEY, toleranceMs: 1e300 }],
  ['a negative tolerance', { signKeys: KEY, toleranceMs: -1 }],
  ['an extra field named like one of the contract', { signKeys: KEY, extra: ['userName'] }],
  ['an extra field whose name cannot be', { signKeys: KEY, extra: ['__proto__'] }],
  ['a pattern that is none', { signKeys: KEY, idPatterns: { houseId: '^h$' as never } }],
  ['a pattern for what is no id', { signKeys: KEY, idPatterns: { userName: /^a$/ } as never }],
] satisfies [string, VerifyOptions][])('a receiver with %s is not created', (_name, options) => {
  expect(() => createReceiver({ ...options, onChange })).toThrow(RangeError);
  expect(() => verifyRequest(signedRequest(), options)).toThrow(RangeError);
});

it('a receiver without a handler is not created', () => {
  expect(() => createReceiver({ signKeys: KEY } as never)).toThrow('onChange');
});

it('a request can be verified without being answered', () => {
  const options = { signKeys: KEY, now: () => NOW };
  expect(verifyRequest(signedRequest(), options)).toMatchObject({ ok: true, change: { state: 50000 } });
  expect(verifyRequest(unsignedRequest(form(seedFields)), options)).toMatchObject({
    ok: false,
    refusal: { code: 'sign-missing', state: 401 },
  });
});

it.each([
  ['an object in any case, as Node has them', (pairs: [string, string][]) => Object.fromEntries(pairs)],
  [
    'an object of lists',
    (pairs: [string, string][]) => Object.fromEntries(pairs.map(([k, v]) => [k.toUpperCase(), [v]])),
  ],
  ['Headers', (pairs: [string, string][]) => new Headers(pairs)],
  ['a Map', (pairs: [string, string][]) => new Map(pairs)],
  ['an iterator that can be read once', (pairs: [string, string][]) => pairs.values()],
])('headers may come as %s', async (_name, convert) => {
  const { receiver, refusals } = recordingReceiver();
  const { method, headers, body } = signedRequest();
  await receiver.receive({ method, headers: convert(headers), body });
  expect(refusals).toEqual([]);
});

it('the window follows toleranceMs', async () => {
  const { receiver, refusals } = recordingReceiver({ toleranceMs: 0 });
  await receiver.receive(signedRequest());
  expect(refusals).toEqual([]);
  await receiver.receive(signedRequest(seedFields, { timestamp: NOW - 1 }));
  expect(refusals.map(({ code }) => code)).toEqual(['timestamp-stale']);
});

it('a clock that answers nonsense lets nobody in', async () => {
  const { receiver, changes } = recordingReceiver({ now: () => Number.NaN });
  await receiver.receive(signedRequest());
  expect(changes).toEqual([]);
});

it('the clock is the system one unless another is given', async () => {
  const refusals: string[] = [];
  const receiver = createReceiver({
    signKeys: KEY,
    onChange,
    onRefused: ({ code }) => void refusals.push(code),
  });
  await receiver.receive(signedRequest());
  expect(refusals).toEqual(['timestamp-stale']);
});

it('an answer tells the change that was handled and the refusal that was not', async () => {
  const { receiver } = recordingReceiver();
  expect(await receiver.receive(signedRequest())).toMatchObject({ change: { houseTaskId: 'task-1' } });
  const refused = await receiver.receive(unsignedRequest(form(seedFields)));
  expect(refused.change).toBeUndefined();
  expect(refused.refusal).toMatchObject({ code: 'sign-missing' });
});

it('a Refuse is an error of its own kind with and without new', () => {
  for (const refuse of [Refuse(403, 'no'), new Refuse(403, 'no')]) {
    expect(refuse).toBeInstanceOf(Error);
    expect(refuse).toBeInstanceOf(RefuseError);
    expect(refuse).toBeInstanceOf(Refuse);
    expect(refuse).toMatchObject({ name: 'RefuseError', state: 403, reason: 'no' });
  }
});

it('a refusal without a reason, as a caller without types may throw it, refuses all the same', () => {
  const untyped = Refuse as unknown as (state: number, reason?: unknown) => Error & { reason: string };
  expect(untyped(403).reason).toBe('');
  expect(untyped(403, 17).reason).toBe('17');
});
