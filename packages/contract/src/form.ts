import { hasControlCharacter, isControlCharacter } from './control-character.ts';
import { quote } from './quote.ts';
import type { Fault, ReasonCode } from './reason-codes.ts';

/** Decoded fields in the order of the body; names are unique. */
export type FormFields = ReadonlyMap<string, string>;

/** What `decodeForm` accepts at most. Names and values are measured decoded, in bytes of UTF-8. */
export const formLimits: {
  readonly bodyBytesMax: number;
  readonly fieldsMax: number;
  readonly nameBytesMax: number;
  readonly valueBytesMax: number;
} = { bodyBytesMax: 65_536, fieldsMax: 64, nameBytesMax: 128, valueBytesMax: 16_384 };

/**
 * Writes `application/x-www-form-urlencoded`: UTF-8, space as `+`, upper-case hex, in the given order.
 * Throws RangeError for what no receiver would accept: an empty or repeated name, a control character, a
 * lone surrogate. Does not check the limits.
 */
export function encodeForm(fields: Iterable<readonly [string, string]>): string {
  const names = new Set<string>();
  let body = '';
  for (const [name, value] of fields) {
    if (name === '') throw new RangeError('A form field needs a name.');
    if (names.has(name)) throw new RangeError(`The form field ${quote(name)} occurs twice.`);
    names.add(name);
    body += `${body === '' ? '' : '&'}${encodeComponent(name, name)}=${encodeComponent(value, name)}`;
  }
  return body;
}

const plainText = /^[A-Za-z0-9*._-]*$/;
const leftByEncodeUriComponent = /[!'()~]|%20/g;

function encodeComponent(text: string, name: string): string {
  if (plainText.test(text)) return text;
  if (hasControlCharacter(text)) {
    throw new RangeError(`The form field ${quote(name)} has a control character.`);
  }
  if (!text.isWellFormed()) {
    throw new RangeError(`The form field ${quote(name)} has a lone surrogate.`);
  }
  return encodeURIComponent(text).replace(leftByEncodeUriComponent, (found) =>
    found === '%20' ? '+' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Reads `application/x-www-form-urlencoded`, strictly, and never throws. A value may be empty or lack its `=`;
 * empty segments are skipped. Reports every fault, except that a body over the limits is not read at all.
 */
export function decodeForm(
  body: Uint8Array | string,
): { ok: true; fields: FormFields } | { ok: false; faults: readonly Fault[] } {
  const bodyBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  if (bodyBytes > formLimits.bodyBytesMax) {
    return refused('form-too-large', `The body has ${bodyBytes} bytes, ${formLimits.bodyBytesMax} at most.`);
  }
  const text = typeof body === 'string' ? body : decodeUtf8(body);
  if (text === undefined || !text.isWellFormed()) {
    return refused('form-invalid-utf8', 'The body has bytes that are not UTF-8.');
  }
  const fields = new Map<string, string>();
  const faults: Fault[] = [];
  let sent = 0;
  for (let start = 0; start < text.length; ) {
    const ampersand = text.indexOf('&', start);
    const end = ampersand === -1 ? text.length : ampersand;
    if (end > start) {
      sent += 1;
      if (sent > formLimits.fieldsMax) return tooManyFields(text);
      decodeField(text, start, end, fields, faults);
    }
    start = end + 1;
  }
  return faults.length === 0 ? { ok: true, fields } : { ok: false, faults };
}

function tooManyFields(text: string): { ok: false; faults: readonly Fault[] } {
  const sent = text.split('&').filter((segment) => segment !== '').length;
  return refused('form-too-many-fields', `The form has ${sent} fields, ${formLimits.fieldsMax} at most.`);
}

function refused(code: ReasonCode, detail: string): { ok: false; faults: readonly Fault[] } {
  return { ok: false, faults: [{ code, field: null, detail }] };
}

// A byte order mark is an ordinary character here: stripping it would change what was signed.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function decodeField(
  text: string,
  start: number,
  end: number,
  fields: Map<string, string>,
  faults: Fault[],
): void {
  const found = text.indexOf('=', start);
  const equals = found === -1 || found > end ? end : found;
  const name = decodeComponent(text.slice(start, equals), 'name', null, faults);
  const field = name ?? null;
  const value = decodeComponent(text.slice(equals + 1, end), 'value', field, faults);
  if (name === undefined) return;
  if (name === '') {
    const segment = quote(text.slice(start, end));
    faults.push({ code: 'form-empty-name', field: null, detail: `The field ${segment} has no name.` });
    return;
  }
  const before = fields.size;
  // A field whose value is at fault still takes its name, so that a repetition of it is reported too.
  fields.set(name, value ?? '');
  if (fields.size === before) {
    const detail = `The field ${quote(name)} occurs more than once.`;
    faults.push({ code: 'form-repeated-name', field, detail });
  }
}

const malformedPercent = /%(?![0-9A-Fa-f]{2})/;

function decodeComponent(
  raw: string,
  part: 'name' | 'value',
  field: string | null,
  faults: Fault[],
): string | undefined {
  const found = findFault(raw, part);
  if (typeof found === 'string') return found;
  faults.push({ code: found.code, field, detail: `A field's ${part} ${found.why}: ${quote(raw)}.` });
  return undefined;
}

function findFault(raw: string, part: 'name' | 'value'): string | { code: ReasonCode; why: string } {
  let text = raw;
  if (!isPlain(raw)) {
    try {
      text = decodeURIComponent(raw.replaceAll('+', ' '));
    } catch {
      return malformedPercent.test(raw)
        ? { code: 'form-malformed-percent', why: 'has a percent sign without two hexadecimal digits' }
        : { code: 'form-invalid-utf8', why: 'is not UTF-8 after percent-decoding' };
    }
    if (hasControlCharacter(text)) {
      return { code: 'form-control-character', why: 'has a control character' };
    }
  }
  const bytesMax = part === 'name' ? formLimits.nameBytesMax : formLimits.valueBytesMax;
  if (text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax) {
    const code = part === 'name' ? 'form-name-too-long' : 'form-value-too-long';
    return { code, why: `has more than ${bytesMax} bytes` };
  }
  return text;
}

/** Whether it stands for itself and may do so: nearly every name and value. */
function isPlain(raw: string): boolean {
  for (let index = 0; index < raw.length; index++) {
    const unit = raw.charCodeAt(index);
    if (unit === 0x25 || unit === 0x2b || isControlCharacter(unit)) return false;
  }
  return true;
}
