import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeForm, encodeForm, formLimits } from '../src/index.ts';
import { fields, propertyRun } from './arbitraries.ts';

describe('the form codec', () => {
  test('reads back what it wrote, in order', () => {
    fc.assert(
      fc.property(fields, (sent) => {
        const decoded = decodeForm(encodeForm(sent));
        expect(decoded).toEqual({ ok: true, fields: new Map(sent) });
      }),
      propertyRun,
    );
  });

  test('writes what the platform of the web writes', () => {
    fc.assert(
      fc.property(fields, (sent) => {
        expect(encodeForm(sent)).toBe(
          new URLSearchParams(sent.map(([name, value]) => [name, value])).toString(),
        );
      }),
      propertyRun,
    );
  });

  test('reads alike from text and from its bytes', () => {
    fc.assert(
      fc.property(formLikeText, (text) => {
        expect(decodeForm(text)).toEqual(decodeForm(Buffer.from(text)));
      }),
      propertyRun,
    );
  });

  test('reads what the platform of the web reads, whenever it reads at all', () => {
    fc.assert(
      fc.property(formLikeText, (text) => {
        const decoded = decodeForm(text);
        // URLSearchParams drops a question mark at the start; the ampersand keeps it.
        if (decoded.ok) expect([...decoded.fields]).toEqual([...new URLSearchParams(`&${text}`)]);
      }),
      propertyRun,
    );
  });

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary' })), (body) => {
        const decoded = decodeForm(body);
        expect(decoded.ok || decoded.faults.length > 0).toBe(true);
      }),
      propertyRun,
    );
  });

  test('reports at most a few faults for each field, each fit to be logged', () => {
    fc.assert(
      fc.property(formLikeText, (text) => {
        const decoded = decodeForm(text);
        if (decoded.ok) return;
        expect(decoded.faults.length).toBeLessThanOrEqual(3 * formLimits.fieldsMax);
        for (const { detail } of decoded.faults) {
          expect(detail.length).toBeLessThan(500);
          expect(detail).toMatch(/^[^\p{Cc}]*$/u);
        }
      }),
      propertyRun,
    );
  });
});

// Dense in what the codec cares about.
const formLikeText = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      '&',
      '=',
      '+',
      '%',
      '%4',
      '%41',
      '%E5%BC%A0',
      '%E5%BC',
      '%00',
      '%7f',
      'zz',
      '张',
      '?',
      '\n',
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''));
