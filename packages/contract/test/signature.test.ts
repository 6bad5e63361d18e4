import { describe, expect, test } from 'vitest';
import {
  isWebhookSecret,
  parseTimestamp,
  sign,
  signedText,
  signWebhook,
  verify,
  verifyWebhook,
  weakSeams,
} from '../src/index.ts';

const fields = {
  state: '50000',
  houseTaskId: 't1',
  houseId: 'h',
  packageId: 'p-a',
  userId: 'u1',
  userName: 'Li',
};

function seams(changed: Readonly<Record<string, string>>): readonly string[] {
  return weakSeams(Object.entries({ ...fields, ...changed }));
}

describe('signing', () => {
  test('joins key, values by name, and timestamp, with nothing between', () => {
    const known: [string, string][] = [
      ['B', '2'],
      ['A', '1'],
      ['C', '3'],
    ];
    expect(signedText(known, 'CdLvNRRQvy0xjORPNvuVaA', '1532059200000')).toBe(
      'CdLvNRRQvy0xjORPNvuVaA1231532059200000',
    );
  });

  test('takes a map as well as pairs', () => {
    expect(sign(new Map(Object.entries(fields)), 'k', '1')).toBe(sign(Object.entries(fields), 'k', '1'));
  });

  test('refuses to work without a key, because anyone could sign then', () => {
    const input = { fields: [], timestamp: '1', sign: '0'.repeat(32) };
    expect(() => sign([], '', '1')).toThrow(RangeError);
    expect(() => verify({ ...input, keys: [] })).toThrow(RangeError);
    expect(() => verify({ ...input, keys: ['k', ''] })).toThrow(RangeError);
  });

  test('says nothing of the keys when it refuses', () => {
    const refused = verify({
      fields: [],
      timestamp: '1',
      sign: '0'.repeat(32),
      keys: ['topsecret', 'other'],
    });
    expect(JSON.stringify(refused)).not.toMatch(/topsecret|other'/);
  });
});

describe('weak seams', () => {
  test('are none in an ordinary notification', () => {
    expect(seams({})).toEqual([]);
  });

  test.each([
    ['packageId before state', { packageId: 'p-1' }, ['packageId']],
    ['userName before the timestamp', { userName: 'Li4' }, ['userName']],
    ['both', { packageId: 'p-1', userName: '4' }, ['packageId', 'userName']],
    ['an extra parameter before the timestamp', { zone: 'a1' }, ['zone']],
    ['an extra parameter before a value that starts with a digit', { shop: '7' }, ['shop']],
    ['a free text with an empty value behind it', { note: 'a1', packageId: '' }, ['note']],
  ])('are found: %s', (_, changed, expected) => {
    expect(seams(changed)).toEqual(expected);
  });

  test.each([
    ['a digit before a letter', { aName: '1' }],
    ['a full-width digit', { userName: 'Li４' }],
    ['an id that ends in a digit', { houseId: 'h1', houseTaskId: '1t', userId: 'u1', userName: '1a' }],
    ['an empty free text', { userName: '' }],
  ])('are not reported for %s', (_, changed) => {
    expect(seams(changed)).toEqual([]);
  });
});

describe('the timestamp', () => {
  test('is thirteen digits: milliseconds', () => {
    expect(parseTimestamp('1532059200000')).toEqual({ ok: true, epochMs: 1_532_059_200_000 });
  });

  test('in seconds is told apart', () => {
    expect(parseTimestamp('1532059200')).toMatchObject({ ok: false, code: 'timestamp-seconds' });
  });

  test.each([
    '',
    '0',
    '0532059200000',
    '15320592000000',
    '153205920000',
    '+532059200000',
    '1532059200000\n',
    ' 1532059200000',
    '1.53205920000',
    '1e12',
    '１532059200000',
  ])('refuses %j', (text) => {
    expect(parseTimestamp(text)).toMatchObject({ ok: false, code: 'timestamp-malformed' });
  });
});

describe('the webhook signature', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const input = { id: 'a.1', timestampSeconds: 1_700_000_000, body: 'a=1', secret };

  test('takes a secret of 24 to 64 bytes in base64 after its prefix', () => {
    const of = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`;
    expect([24, 32, 64].map((bytes) => isWebhookSecret(of(bytes)))).toEqual([true, true, true]);
    expect([0, 16, 23, 65].map((bytes) => isWebhookSecret(of(bytes)))).toEqual([false, false, false, false]);
    expect(isWebhookSecret(of(32).slice(6))).toBe(false);
    expect(isWebhookSecret(of(32).replace('whsec_', 'WHSEC_'))).toBe(false);
    expect(isWebhookSecret(`${of(32)}=`)).toBe(false);
    expect(isWebhookSecret(`${of(32)}\n`)).toBe(false);
    expect(isWebhookSecret(`whsec_${'-_'.repeat(16)}`)).toBe(false);
    expect(isWebhookSecret(`whsec_${'A'.repeat(42)}B`)).toBe(false);
  });

  test('refuses to sign with anything else, or what no receiver would take', () => {
    expect(() => signWebhook({ ...input, secret: 'CdLvNRRQvy0xjORPNvuVaA' })).toThrow(RangeError);
    expect(() => signWebhook({ ...input, timestampSeconds: 1_700_000_000_000 })).toThrow(RangeError);
    expect(() => signWebhook({ ...input, timestampSeconds: 1_700_000_000.5 })).toThrow(RangeError);
    expect(() => signWebhook({ ...input, id: '' })).toThrow(RangeError);
    const header = { id: 'a', timestamp: '1700000000', signature: signWebhook(input), body: '' };
    expect(() => verifyWebhook({ ...header, secrets: ['whsec_short'] })).toThrow(RangeError);
  });

  test('holds for an id as long as a task id of Chinese characters makes it', () => {
    const id = `${encodeURIComponent('房'.repeat(32))}.1000000`;
    expect(() => signWebhook({ ...input, id })).not.toThrow();
  });
});
