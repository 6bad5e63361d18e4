import { createReceiver, type VerifyOptions, verifyRequest } from '@doorbell/receiver';
import { describe, expect, it } from 'vitest';

import { recordingReceiver } from './recording-receiver.ts';
import {
  form,
  KEY,
  NOW,
  seedFields,
  signedRequest,
  type TestRequest,
  unsignedRequest,
} from './signed-request.ts';
import { hmacSignature, SECRET, webhookRequest } from './webhook-request.ts';

const OTHER_SECRET = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
const SECONDS = String(NOW / 1000);

/** How a request fares: what proved it, or why it was refused. */
function verdict(request: TestRequest, options: Partial<VerifyOptions> = {}): string {
  const result = verifyRequest(request, {
    signKeys: KEY,
    webhookSecrets: SECRET,
    now: () => NOW,
    ...options,
  });
  return result.ok ? String(result.change.verifiedBy) : `${result.refusal.state} ${result.refusal.code}`;
}

const wrongSecret = webhookRequest(seedFields, { secret: OTHER_SECRET });
const wrongSign = webhookRequest(seedFields, { headers: { sign: '0'.repeat(32) } });
const hmacOnly = webhookRequest(seedFields, { md5: false });
const unsigned = unsignedRequest(form(seedFields));

describe('policies', () => {
  it.each([
    // request, md5, prefer-hmac, require-hmac
    ['both signatures', webhookRequest(), 'md5', 'hmac', 'hmac'],
    ['the sign alone', signedRequest(), 'md5', 'md5', '401 webhook-signature-missing'],
    ['the HMAC alone', hmacOnly, '401 sign-missing', 'hmac', 'hmac'],
    [
      'a wrong HMAC beside a true sign',
      wrongSecret,
      'md5',
      ...Array(2).fill('401 webhook-signature-mismatch'),
    ],
    ['a true HMAC beside a wrong sign', wrongSign, ...Array(3).fill('401 sign-mismatch')],
    ['neither', unsigned, '401 sign-missing', '401 sign-missing', '401 webhook-signature-missing'],
  ])('%s: each policy has its verdict', (_name, request, md5, prefer, require) => {
    expect(verdict(request, { policy: 'md5' })).toBe(md5);
    expect(verdict(request, { policy: 'prefer-hmac' })).toBe(prefer);
    expect(verdict(request, { policy: 'require-hmac' })).toBe(require);
  });

  it('default to prefer-hmac with a secret, and to md5 without', () => {
    expect(verdict(wrongSecret)).toBe('401 webhook-signature-mismatch');
    expect(verdict(wrongSecret, { webhookSecrets: [] })).toBe('md5');
  });

  it('with no sign key, a true HMAC is enough and the sign beside it is not looked at', () => {
    expect(verdict(wrongSign, { signKeys: [], policy: 'require-hmac' })).toBe('hmac');
    expect(verdict(signedRequest(), { signKeys: [], allowUnsigned: true })).toBe('401 sign-mismatch');
  });

  it('allowUnsigned lets in what has no signature, and never a wrong one', () => {
    expect(verdict(unsigned, { allowUnsigned: true })).toBe('null');
    expect(verdict(wrongSecret, { allowUnsigned: true })).toBe('401 webhook-signature-mismatch');
  });

  it.each([
    ['prefer-hmac without a secret', { policy: 'prefer-hmac' }],
    ['require-hmac without a secret', { policy: 'require-hmac' }],
    ['an unknown policy', { policy: 'hmac' as 'md5' }],
    ['a secret that is none', { webhookSecrets: 'whsec_c2hvcnQ=' }],
    ['a sign key for a secret', { webhookSecrets: KEY }],
    [
      'require-hmac and allowUnsigned',
      { policy: 'require-hmac', webhookSecrets: SECRET, allowUnsigned: true },
    ],
    ['prefer-hmac and no sign key', { policy: 'prefer-hmac', webhookSecrets: SECRET, signKeys: [] }],
    ['a key that begins another', { signKeys: [KEY, `${KEY}9`] }],
  ] satisfies [string, Partial<VerifyOptions>][])('a receiver with %s is not created', (_name, options) => {
    expect(() => createReceiver({ signKeys: KEY, ...options, onChange: () => {} })).toThrow(RangeError);
  });

  it('the same key named twice is the same key', () => {
    expect(verdict(signedRequest(), { signKeys: [KEY, KEY] })).toBe('md5');
  });
});

describe('the HMAC', () => {
  it('proves id and sequence, whatever the headers beside it say', () => {
    const headers = { 'doorbell-sequence': '99', 'doorbell-attempt': '2' };
    const result = verifyRequest(webhookRequest(seedFields, { sequence: 7, headers }), {
      signKeys: KEY,
      webhookSecrets: SECRET,
      now: () => NOW,
    });
    expect(result).toMatchObject({
      change: {
        webhookId: 'task-1.7',
        sequence: 7,
        attempt: 2,
        keyIndex: 0,
        timestamp: NOW,
        ambiguous: false,
      },
    });
  });

  it('alone tells the time in whole seconds', () => {
    const timestamp = NOW + 999;
    const request = webhookRequest(seedFields, { md5: false, timestamp });
    const options = { signKeys: [], webhookSecrets: SECRET, policy: 'require-hmac', toleranceMs: 0 } as const;
    expect(verifyRequest(request, { ...options, now: () => timestamp })).toMatchObject({
      change: { timestamp: NOW, keyIndex: null, signed: true, verifiedBy: 'hmac' },
    });
    expect(verifyRequest(request, { ...options, now: () => NOW + 1000 })).toMatchObject({
      refusal: { code: 'timestamp-stale', field: 'webhook-timestamp' },
    });
  });

  it('is tried with every secret, and may be one of several in the header', () => {
    expect(verdict(webhookRequest(), { webhookSecrets: [OTHER_SECRET, SECRET] })).toBe('hmac');
    const several = `v1a,x ${hmacSignature('task-1.1', SECONDS, form(seedFields), OTHER_SECRET)} ${hmacSignature('task-1.1', SECONDS, form(seedFields))}`;
    expect(verdict(webhookRequest(seedFields, { headers: { 'webhook-signature': several } }))).toBe('hmac');
  });

  it('covers ids that have dots and other characters', () => {
    const fields = { ...seedFields, houseTaskId: '任务/a.b 1' };
    expect(verdict(webhookRequest(fields, { sequence: 12 }))).toBe('hmac');
  });

  const cases: [string, TestRequest][] = [
    ['401 timestamp-stale', webhookRequest(seedFields, { timestamp: NOW - 301_000 })],
    ['401 timestamp-future', webhookRequest(seedFields, { timestamp: NOW + 301_000 })],
    ['401 webhook-id-malformed', webhookRequest(seedFields, { id: '' })],
    [
      '401 webhook-timestamp-malformed',
      webhookRequest(seedFields, { headers: { 'webhook-timestamp': String(NOW) } }),
    ],
    [
      '401 webhook-signature-malformed',
      webhookRequest(seedFields, { headers: { 'webhook-signature': 'v1,x' } }),
    ],
    ['401 webhook-signature-mismatch', webhookRequest(seedFields, { headers: { 'webhook-id': 'task-1.2' } })],
    ['500 webhook-id-mismatch', webhookRequest(seedFields, { id: 'task-2.1' })],
    ['500 webhook-id-mismatch', webhookRequest(seedFields, { id: 'task-1.0' })],
    ['500 webhook-id-mismatch', webhookRequest(seedFields, { id: 'task-1' })],
  ];
  it.each(cases)('is refused as %s', (expected, request) => {
    expect(verdict(request)).toBe(expected);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'is refused when %s comes twice',
    (name) => {
      const request = webhookRequest();
      request.headers.push(...request.headers.filter(([other]) => other === name));
      expect(verdict(request)).toBe('401 header-repeated');
    },
  );

  it('says no more than 401 to the sender, and never the secret in the log', async () => {
    const { receiver, refusals } = recordingReceiver({ webhookSecrets: SECRET });
    expect((await receiver.receive(wrongSecret)).body).toBe(
      '{"state":401,"payload":"authentication failed"}',
    );
    expect(refusals).toMatchObject([{ code: 'webhook-signature-mismatch', field: 'webhook-signature' }]);
    expect(JSON.stringify(refusals)).not.toContain(SECRET.slice(6));
  });
});
