import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEnvelope, renderEnvelope } from '../src/index.ts';
import { propertyRun } from './arbitraries.ts';

const envelope = fc.record({
  state: fc.integer(),
  payload: fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string()),
});

describe('the envelope', () => {
  test('reads back what it rendered', () => {
    fc.assert(
      fc.property(envelope, (sent) => {
        expect(parseEnvelope(renderEnvelope(sent))).toEqual({ ok: true, envelope: sent });
      }),
      propertyRun,
    );
  });

  test('reads alike however the JSON is laid out', () => {
    fc.assert(
      fc.property(envelope, fc.constantFrom('', ' ', '\t', '\n  '), (sent, indent) => {
        const laidOut = JSON.stringify({ payload: sent.payload, state: sent.state }, null, indent);
        expect(parseEnvelope(Buffer.from(laidOut))).toEqual({ ok: true, envelope: sent });
      }),
      propertyRun,
    );
  });

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary' })), (body) => {
        const parsed = parseEnvelope(body);
        expect(parsed.ok || parsed.fault.detail.length < 500).toBe(true);
      }),
      propertyRun,
    );
  });

  test('takes for JSON exactly what JSON.parse does', () => {
    fc.assert(
      fc.property(fc.oneof(jsonLikeText, cutJson), (text) => {
        const parsed = parseEnvelope(text);
        const code = parsed.ok ? 'ok' : parsed.fault.code;
        if (code === 'envelope-empty') return;
        expect(code === 'envelope-not-json').toBe(!isJson(text));
      }),
      { ...propertyRun, numRuns: 5_000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

// Dense in the tokens of JSON, so that some of it is JSON and most of it nearly is.
const jsonLikeText = fc
  .array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '"state"',
      '\\u0041',
      '\\x',
      '1',
      '0',
      '-',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
      '\u00a0',
      '\u0001',
    ),
    { maxLength: 12 },
  )
  .map((tokens) => tokens.join(''));

const cutJson = fc
  .tuple(fc.json({ maxDepth: 4 }), fc.nat({ max: 200 }), fc.constantFrom('', ' ', ',', '}', '0'))
  .map(([json, cut, tail]) => (cut < json.length ? json.slice(0, cut) + tail : json + tail));
