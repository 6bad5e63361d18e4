import { fromFields } from '@doorbell/contract';
import { type VerifyOptions, verifyRequest } from '@doorbell/receiver';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hasSecondReading } from '../src/second-reading.ts';
import { getVerifyRules } from '../src/verify-rules.ts';
import { KEY, NOW, seedFields, signedRequest } from './signed-request.ts';
import { SECRET, webhookRequest } from './webhook-request.ts';

/** Ids as a platform that issues them in a fixed form would have them. */
const fixedFields = {
  state: '50000',
  houseTaskId: '5f0c1d2e5f0c1d2e5f0c1d2e5f0c1d2e',
  houseId: 'HZ-000417',
  packageId: '0f8fad5b-d9cb-469f-a165-70867728950e',
  userId: 'u00001024',
  userName: '张三 Lee',
};
const idPatterns = {
  houseTaskId: /^[0-9a-f]{32}$/,
  houseId: /^HZ-\d{6}$/,
  packageId: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  userId: /^u\d{8}$/,
};

function ambiguous(fields: Record<string, string>, options: Partial<VerifyOptions> = {}): boolean {
  const result = verifyRequest(signedRequest(fields), { signKeys: KEY, now: () => NOW, ...options });
  if (!result.ok) throw new Error(result.refusal.code);
  return result.change.ambiguous;
}

describe('the ambiguity flag', () => {
  it('is up where text could move between ids of no fixed form', () => {
    expect(ambiguous(seedFields)).toBe(true);
    expect(ambiguous(fixedFields)).toBe(true);
  });

  it('is down where patterns leave one way to cut the text', () => {
    expect(ambiguous(fixedFields, { idPatterns })).toBe(false);
    expect(ambiguous({ ...fixedFields, userName: '' }, { idPatterns })).toBe(false);
    expect(ambiguous({ ...fixedFields, userName: 'x'.repeat(4000) }, { idPatterns })).toBe(false);
  });

  it('is up again when one id is left without a pattern next to another text', () => {
    const { userId: _userId, ...others } = idPatterns;
    expect(ambiguous(fixedFields, { idPatterns: others })).toBe(true);
    // A state that could give its zeros to a package id of digits.
    const packageId = /^[0-9]+$/;
    const fields = { ...fixedFields, packageId: '7' };
    expect(ambiguous(fields, { idPatterns: { ...idPatterns, packageId } })).toBe(true);
  });

  it('counts a pattern for the whole value, with or without anchors and flags', () => {
    const loose = { ...idPatterns, houseId: /HZ-\d{6}/gm, userId: /u\d{8}/y };
    expect(ambiguous(fixedFields, { idPatterns: loose })).toBe(false);
    expect(ambiguous(fixedFields, { idPatterns: loose })).toBe(false);
  });

  it('is up where a declared extra field that was not sent could take text from its neighbours', () => {
    expect(ambiguous(fixedFields, { idPatterns, extra: ['zone'] })).toBe(true);
    expect(ambiguous({ ...fixedFields, userName: '' }, { idPatterns, extra: ['zone'] })).toBe(false);
  });

  it('knows that userId and userName may be absent in revision 2021-05', () => {
    const { userId: _userId, userName: _userName, ...four } = fixedFields;
    expect(ambiguous(four, { idPatterns, revision: '2021-05' })).toBe(false);
    // All of the user id could be the start of the name, with no id at all.
    expect(ambiguous(fixedFields, { idPatterns, revision: '2021-05' })).toBe(true);
    const { userId: _pattern, ...three } = idPatterns;
    expect(ambiguous(fixedFields, { idPatterns: three, revision: '2021-05' })).toBe(true);
  });

  it('does not cut an emoji in half', () => {
    const patterns = { ...idPatterns, userId: /^(u.|u..)$/ };
    expect(ambiguous({ ...fixedFields, userId: 'u🏠', userName: '' }, { idPatterns: patterns })).toBe(false);
    expect(ambiguous({ ...fixedFields, userId: 'uab', userName: '' }, { idPatterns: patterns })).toBe(true);
  });

  it('is down where the HMAC proves the cut, or nothing is signed', () => {
    const options = { signKeys: KEY, webhookSecrets: SECRET, now: () => NOW };
    expect(verifyRequest(webhookRequest(), options)).toMatchObject({ change: { ambiguous: false } });
    const { headers, ...request } = signedRequest();
    const unsigned = { ...request, headers: headers.filter(([name]) => name === 'content-type') };
    expect(verifyRequest(unsigned, { signKeys: [], allowUnsigned: true })).toMatchObject({
      change: { ambiguous: false, verifiedBy: null },
    });
  });

  it('is up, after a bounded search, for a text made to be searched for long', () => {
    const patterns = { houseId: /^a+$/, houseTaskId: /^a+b?$/, packageId: /^a+$/, userId: /^$/ };
    const rules = getVerifyRules({ signKeys: KEY, idPatterns: patterns, extra: ['a', 'b', 'c', 'd'] });
    expect(hasSecondReading(rules.readable, 'a'.repeat(16_000))).toBe(true);
  });
});

describe('hasSecondReading', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '0', '5'), minLength: 1, maxLength: 4 });
  const pattern = fc.constantFrom(undefined, /a+/, /[ab]{2}/, /[0-9]+/, /a.*/, /.*b/);
  const states = fc.constantFrom('0', '50000', '9000');

  it('agrees with cutting the text in every way and asking the contract about each', () => {
    fc.assert(
      fc.property(
        fc.record({ houseId: letters, houseTaskId: letters, packageId: letters, state: states }),
        fc.record({ houseId: pattern, houseTaskId: pattern, packageId: pattern }),
        (fields, patterns) => {
          const idPatterns = Object.fromEntries(
            Object.entries(patterns).filter((given): given is [string, RegExp] => given[1] !== undefined),
          );
          // Revision 2021-05 without its optional two would have six names; four cuts are enough to list them all.
          const rules = getVerifyRules({ signKeys: KEY, revision: '2021-05', idPatterns });
          const four = rules.readable.filter(({ name }) => Object.hasOwn(fields, name));
          const names = Object.keys(fields).sort();
          const text = names.map((name) => fields[name as keyof typeof fields]).join('');
          const legal = listCuts(text, names).filter(
            (cut) => fromFields(rules.type, cut, { revision: '2021-05' }).ok,
          );
          expect(hasSecondReading(four, text)).toBe(legal.length > 1);
        },
      ),
    );
  });
});

function listCuts(text: string, [name, ...others]: readonly string[]): Map<string, string>[] {
  if (name === undefined) return text === '' ? [new Map()] : [];
  return Array.from({ length: text.length + 1 }, (_, end) =>
    listCuts(text.slice(end), others).map((rest) => new Map([[name, text.slice(0, end)], ...rest])),
  ).flat();
}
