import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sign, verify } from '../src/index.ts';
import { fields, propertyRun } from './arbitraries.ts';

const key = fc.string({ minLength: 1 });
const timestamp = fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }).map(String);

describe('the signature', () => {
  test('does not depend on the order of the fields', () => {
    fc.assert(
      fc.property(fields, key, timestamp, fc.infiniteStream(fc.nat()), (sent, signKey, at, ranks) => {
        const shuffled = sent
          .map((field) => ({ field, rank: ranks.next().value ?? 0 }))
          .sort((left, right) => left.rank - right.rank)
          .map(({ field }) => field);
        expect(sign(shuffled, signKey, at)).toBe(sign(sent, signKey, at));
      }),
      propertyRun,
    );
  });

  test('verifies under its key wherever that stands in the list, and under no other', () => {
    fc.assert(
      fc.property(
        fields,
        fc.uniqueArray(key, { minLength: 2, maxLength: 4 }),
        timestamp,
        (sent, keys, at) => {
          for (const [keyIndex, signKey] of keys.entries()) {
            const signed = sign(sent, signKey, at);
            expect(verify({ fields: sent, timestamp: at, sign: signed, keys })).toEqual({
              ok: true,
              keyIndex,
            });
            const others = keys.filter((other) => other !== signKey);
            expect(verify({ fields: sent, timestamp: at, sign: signed, keys: others }).ok).toBe(false);
          }
        },
      ),
      { ...propertyRun, numRuns: 100 },
    );
  });

  test('a malformed sign is refused without an exception', () => {
    fc.assert(
      fc.property(fields, fc.string({ unit: 'binary', maxLength: 40 }), (sent, claimed) => {
        const verified = verify({ fields: sent, timestamp: '1532059200000', sign: claimed, keys: ['k'] });
        expect(verified.ok).toBe(false);
      }),
      propertyRun,
    );
  });
});
