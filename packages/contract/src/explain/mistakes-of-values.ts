import { decodeGbk } from './gbk.ts';
import { type Mistake, mistake } from './mistake.ts';
import type { MistakeCode } from './mistakes.ts';
import { percentDecode } from './percent-decode.ts';
import type { Recipe, SentField } from './recipe.ts';

type Reading = readonly [code: MistakeCode, detail: string | null, read: Recipe['read']];

/** What signers do to values. Only what makes a difference for these fields. */
export function mistakesOfValues(fields: readonly SentField[]): readonly Mistake[] {
  const seen = new Set([fields.map(({ value }) => value).join('\0')]);
  return readings.flatMap(([code, detail, read]) => {
    const result = fields.map(read).join('\0');
    if (seen.has(result)) return [];
    seen.add(result);
    return [mistake(code, { read }, detail)];
  });
}

const strict = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
const plus = (encoded: string): string => encoded.replaceAll('%20', '+');
const lowerHex = (encoded: string): string => encoded.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
const likeJava = (text: string): string => plus(strict(text)).replaceAll('~', '%7E').replaceAll('%2A', '*');
const likeDotNet = (text: string): string =>
  plus(encodeURIComponent(text)).replaceAll("'", '%27').replaceAll('~', '%7E');

const encoders: readonly (readonly [detail: string, encode: (text: string) => string])[] = [
  ['A space is %20, as encodeURIComponent writes it.', encodeURIComponent],
  ['A space is "+", the rest as encodeURIComponent writes it.', (text) => plus(encodeURIComponent(text))],
  ['A space is %20, and all but letters, digits and "-._~" is encoded.', strict],
  ['A space is "+", and all but letters, digits and "-._~" is encoded.', (text) => plus(strict(text))],
  ['As URLSearchParams and java.net.URLEncoder write it.', likeJava],
  ['As WebUtility.UrlEncode of .NET writes it.', likeDotNet],
];

function orElse(decode: () => string | undefined, otherwise: string): string {
  return decode() ?? otherwise;
}

const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
const unescapeHtml = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/&#0?39;|&apos;/g, "'")
    .replaceAll('&amp;', '&');
const escapeUnicode = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const readings: readonly Reading[] = [
  ['plus-not-space', null, ({ wireValue }) => percentDecode(wireValue)],
  ['values-encoded', 'As they stand in the body.', ({ wireValue }) => wireValue],
  ...encoders.flatMap(([detail, encode]): Reading[] => [
    ['values-encoded', detail, ({ value }) => encode(value)],
    ['values-encoded', `${detail} Hex in lower case.`, ({ value }) => lowerHex(encode(value))],
  ]),
  ['values-decoded-twice', null, ({ value }) => percentDecode(value.replaceAll('+', ' '))],
  ['values-decoded-twice', 'The second time, "+" stayed as it is.', ({ value }) => percentDecode(value)],
  ['values-trimmed', null, ({ value }) => value.trim()],
  ['values-trimmed', 'Inner white space was removed too.', ({ value }) => value.replace(/\s+/g, '')],
  ...['null', 'NULL', 'None', 'undefined', 'nil'].map((word): Reading => {
    return ['empties-as-null', `Signed as "${word}".`, ({ value }) => (value === '' ? word : value)];
  }),
  ['values-misread', 'Read as Latin-1.', ({ value }) => Buffer.from(value, 'utf8').toString('latin1')],
  [
    'values-misread',
    'Read as GBK.',
    ({ value }) => orElse(() => decodeGbk(Buffer.from(value, 'utf8')), value),
  ],
  ['values-escaped', 'HTML escapes were added.', ({ value }) => escapeHtml(value)],
  ['values-escaped', 'HTML escapes were resolved.', ({ value }) => unescapeHtml(value)],
  ['values-escaped', 'Letters beyond ASCII became \\uXXXX.', ({ value }) => escapeUnicode(value)],
  ['values-escaped', 'Each value is a JSON string in quotes.', ({ value }) => JSON.stringify(value)],
  ['values-case', 'Upper case.', ({ value }) => value.toUpperCase()],
  ['values-case', 'Lower case.', ({ value }) => value.toLowerCase()],
  ...(['NFC', 'NFD', 'NFKC'] as const).map((form): Reading => {
    return ['values-normalised', form, ({ value }) => value.normalize(form)];
  }),
];
