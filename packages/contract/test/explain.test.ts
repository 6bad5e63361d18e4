import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ExplainInput, encodeForm, explain, mistakes, sign, verify } from '../src/index.ts';
import { body, key, md5, timestamp, wrongRequests } from './wrong-signers.ts';

const request: ExplainInput = { body, timestamp, sign: null, signKey: key };
const rightText = `${key}HZ-4175f0c1d2e0f8fad5b50000u1024张三 +1 ${timestamp}`;
const right: ExplainInput = { ...request, sign: md5(rightText) };

function codesOf(input: ExplainInput): readonly string[] {
  return explain(input).findings.map(({ code }) => code);
}

/** Mulberry32, so that the same signs are tried on every machine. */
function randomHex(seed: number): () => string {
  let state = seed >>> 0;
  const next = (): string => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0).toString(16).padStart(8, '0');
  };
  return () => next() + next() + next() + next();
}

describe('a wrong signer', () => {
  test.each(wrongRequests.map((row) => [row.code, row.how, row] as const))('%s: %s', (code, _how, row) => {
    const input = { ...request, ...row.request };
    const explanation = explain({ ...input, revealSign: true });
    expect(explanation.verdict).toBe('explained');
    const codes = explanation.findings.map((finding) => finding.code);
    const isAlgorithmNamed = code === 'digest-hmac' && input.sign?.length === 64;
    expect(codes).toEqual([code, ...(row.further ?? []), ...(isAlgorithmNamed ? ['digest-other'] : [])]);
    expect(JSON.stringify(explanation)).not.toMatch(/canary-key|AnotherKey/i);
  });

  test('is known for every mistake of the catalogue', () => {
    const known = new Set(wrongRequests.flatMap(({ code, further = [] }) => [code, ...further]));
    expect(Object.keys(mistakes).filter((code) => !known.has(code))).toEqual([]);
  });
});

describe('a request that verifies', () => {
  test('is told so, with the text to sign and the key masked', () => {
    expect(explain(right)).toEqual({
      verdict: 'verifies',
      findings: [],
      textToSign: `[sign key, 23 characters]HZ-4175f0c1d2e0f8fad5b50000u1024张三 +1 ${timestamp}`,
      correctSign: null,
      tried: 1,
    });
  });

  test('verifies in either hex case, in any order and spelling of the body', () => {
    const reversed = body.split('&').reverse().join('&').replaceAll('+', '%20');
    const sent = reversed.replace(/%../g, (hex) => hex.toLowerCase());
    expect(sent).toContain('%e5');
    expect(explain({ ...right, body: sent, sign: right.sign?.toUpperCase() ?? '' }).verdict).toBe('verifies');
  });

  test('may be of any age unless the time of receipt is given', () => {
    expect(explain({ ...right, now: Number(timestamp) + 300_000 }).verdict).toBe('verifies');
    expect(codesOf({ ...right, now: Number(timestamp) + 2000, toleranceMs: 1000 })).toEqual([
      'timestamp-stale',
    ]);
  });

  test('is one that verify accepts', () => {
    const fields: [string, string][] = [
      ['a', 'x y'],
      ['b', ''],
    ];
    const signed = sign(fields, key, timestamp);
    expect(verify({ fields, timestamp, sign: signed, keys: [key] }).ok).toBe(true);
    expect(explain({ ...request, body: encodeForm(fields), sign: signed }).verdict).toBe('verifies');
  });
});

describe('a sign that nothing accounts for', () => {
  test('is never explained: 1,000 random ones', { timeout: 120_000 }, () => {
    const next = randomHex(20_260_101);
    const verdicts = new Set(
      Array.from({ length: 1000 }, () => {
        return explain({ ...request, body: 'B=2&A=1&C=3', sign: next() }).verdict;
      }),
    );
    expect([...verdicts]).toEqual(['unexplained']);
  });

  test.each([
    ['the full form', (hex: string) => hex],
    ['Base64', (hex: string) => Buffer.from(hex, 'hex').toString('base64')],
    ['16 digits', (hex: string) => hex.slice(0, 16)],
    ['31 digits', (hex: string) => hex.slice(0, 31)],
    ['64 digits', (hex: string) => hex + hex],
  ])('is not explained as %s either', (_form, write) => {
    const next = randomHex(7);
    for (let count = 0; count < 20; count++) {
      const input = { ...request, otherKeys: ['AnotherKey'], sign: write(next()) };
      expect(explain(input).verdict).toBe('unexplained');
    }
  });

  test('shows the text to sign, so that a changed body can be compared', () => {
    const changed = explain({ ...right, body: body.replace('HZ-417', 'HZ-418') });
    expect(changed).toMatchObject({
      verdict: 'unexplained',
      findings: [],
      textToSign: `[sign key, 23 characters]HZ-4185f0c1d2e0f8fad5b50000u1024张三 +1 ${timestamp}`,
      exhaustive: true,
    });
  });

  test('still has its faults of grammar named', () => {
    expect(explain({ ...right, body: 'a=%zz&b=1', timestamp: '1532059200' })).toMatchObject({
      verdict: 'unexplained',
      findings: [{ code: 'form-malformed-percent' }, { code: 'timestamp-seconds' }],
    });
  });
});

describe('what is shown', () => {
  test('has the correct sign only when asked', () => {
    const wrong = { ...request, sign: md5('else') };
    expect(JSON.stringify(explain(wrong))).not.toContain(md5(rightText));
    expect(explain({ ...wrong, revealSign: true }).correctSign).toBe(md5(rightText));
  });

  test('has a correct sign for a timestamp in seconds, and none without a timestamp', () => {
    const seconds = { ...request, timestamp: '1532059200', sign: md5('else'), revealSign: true };
    expect(explain(seconds).correctSign).toBe(md5(rightText.replace(timestamp, '1532059200000')));
    expect(explain({ ...seconds, timestamp: null })).toMatchObject({
      correctSign: null,
      textToSign: expect.stringMatching(/\[timestamp in milliseconds\]$/),
    });
  });

  test('has the text that was signed instead, next to the right one', () => {
    const explanation = explain({ ...request, sign: md5(`${rightText}`.replace(key, `${key}\n`)) });
    expect(explanation).toMatchObject({
      textSigned: `[sign key, 24 characters]HZ-4175f0c1d2e0f8fad5b50000u1024张三 +1 ${timestamp}`,
    });
  });

  test('names the other mistakes that lead to the same sign', () => {
    const sent = { ...request, body: 'userId=u&state=5', sign: md5(`${key}u5${timestamp}`) };
    expect(explain(sent)).toMatchObject({
      findings: [{ code: 'order-of-body' }],
      alternatives: [{ code: 'order-descending' }],
    });
  });

  const encodedKey = encodeURIComponent(key);
  test.each([
    ['in a value', `state=1&note=${encodedKey}`],
    ['encoded twice', `state=1&note=${encodeURIComponent(encodedKey)}`],
    ['as a name', `state=1&${encodedKey}=1`],
    ['in a broken value', `state=1&note=${encodedKey}%zz`],
    ['in a value, cut', `state=1&note=${'x'.repeat(40)}${encodedKey}%zz`],
    ['in lower case', `state=1&note=${encodedKey.toLowerCase()}`],
  ])('never has a key that the sender put %s', (_where, leaking) => {
    const signs = [md5('else'), md5(`${key}${leaking}${timestamp}`), md5(`${key}1${timestamp}`), key];
    for (const signed of signs) {
      const shown = JSON.stringify(explain({ ...request, body: leaking, sign: signed, revealSign: true }));
      expect(shown).not.toMatch(/canary-key|0123456789/i);
    }
  });

  test('never has another candidate key', () => {
    const shown = explain({
      ...request,
      body: 'a=Sibling-Secret',
      sign: md5('else'),
      otherKeys: ['Sibling-Secret'],
    });
    expect(shown.textToSign).toBe(`[sign key, 23 characters][a sign key]${timestamp}`);
  });
});

describe('bounds', () => {
  test('a body of 64 KiB is tried in fewer ways, and that is said', () => {
    const large = Array.from({ length: 4 }, (_, index) => `f${index}=${'%E5%BC%A0+x'.repeat(1450)}`).join(
      '&',
    );
    expect(large.length).toBeLessThanOrEqual(65_536);
    const explanation = explain({ ...request, body: large, sign: md5('else') });
    expect(explanation).toMatchObject({ verdict: 'unexplained', exhaustive: false });
    expect(explanation.tried).toBeLessThan(3000);
  });

  test('64 fields stay within some thousand ways', () => {
    const wide = Array.from({ length: 64 }, (_, index) => `f${index}=${index}`).join('&');
    expect(explain({ ...request, body: wide, sign: md5('else') }).tried).toBeLessThan(20_000);
  });

  test('an empty key and more than 16 other keys are refused', () => {
    expect(() => explain({ ...right, signKey: '' })).toThrow(RangeError);
    expect(() => explain({ ...right, otherKeys: [''] })).toThrow(RangeError);
    expect(() => explain({ ...right, otherKeys: Array(17).fill('k') })).toThrow(RangeError);
  });

  test('bytes that are no text do not throw', () => {
    const next = randomHex(3);
    for (let count = 0; count < 20; count++) {
      const noise = Buffer.from(next() + next() + next(), 'hex');
      expect(explain({ ...request, body: noise, sign: next() }).verdict).toBe('unexplained');
    }
  });
});

test('docs/CONTRACT.md lists exactly the mistakes of the catalogue', () => {
  const page = readFileSync(new URL('../../../docs/CONTRACT.md', import.meta.url), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith('When it does not verify')) ?? '';
  const rows = [...section.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [
    code,
    meaning,
  ]);
  expect(rows).toEqual(Object.entries(mistakes).map(([code, { sentence }]) => [code, sentence]));
});
