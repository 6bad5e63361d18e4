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
  const text = typeof body === 'string' ? wellFormed(body) : decodeUtf8(body);
  if (text === undefined) {
    return refused('form-invalid-utf8', 'The body has bytes that are not UTF-8.');
  }
  const fields = new Map<string, string>();
  const faults: Fault[] = [];
  let sent = 0;
  for (let start = 0; start < text.length; ) {
    const segment = readSegment(text, start);
    if (segment.end > start) {
      sent += 1;
      if (sent > formLimits.fieldsMax) return tooManyFields(text);
      decodeField(text, start, segment, fields, faults);
    }
    start = segment.end + 1;
  }
  return faults.length === 0 ? { ok: true, fields } : { ok: false, faults };
}

interface Segment {
  /** Of the first equals sign, or the end. */
  readonly equals: number;
  readonly end: number;
  /** Whether the name, and all of it, stands for itself and may do so, as it nearly always does. */
  readonly isPlainName: boolean;
  readonly isPlain: boolean;
}

/** In one pass, because nearly all of the time that a form takes goes into looking at its characters. */
function readSegment(text: string, start: number): Segment {
  let equals = -1;
  let isPlainName = true;
  let isPlain = true;
  let end = start;
  for (; end < text.length; end++) {
    const unit = text.charCodeAt(end);
    if (unit === 0x26) break;
    if (unit === 0x3d && equals === -1) {
      equals = end;
      isPlainName = isPlain;
    } else if (unit === 0x25 || unit === 0x2b || isControlCharacter(unit)) {
      isPlain = false;
    }
  }
  return equals === -1
    ? { equals: end, end, isPlainName: isPlain, isPlain }
    : { equals, end, isPlainName, isPlain };
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

function wellFormed(text: string): string | undefined {
  return text.isWellFormed() ? text : undefined;
}

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
  { equals, end, isPlainName, isPlain }: Segment,
  fields: Map<string, string>,
  faults: Fault[],
): void {
  const name = decodeComponent(text.slice(start, equals), isPlainName, 'name', null, faults);
  const field = name ?? null;
  const value = decodeComponent(text.slice(equals + 1, end), isPlain, 'value', field, faults);
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
  isPlain: boolean,
  part: 'name' | 'value',
  field: string | null,
  faults: Fault[],
): string | undefined {
  const found = isPlain ? raw : decodeEscapes(raw);
  const fault = typeof found === 'string' ? findLengthFault(found, part) : found;
  if (fault === undefined) return found as string;
  faults.push({ code: fault.code, field, detail: `A field's ${part} ${fault.why}: ${quote(raw)}.` });
  return undefined;
}

interface ComponentFault {
  readonly code: ReasonCode;
  readonly why: string;
}

function decodeEscapes(raw: string): string | ComponentFault {
  let text: string;
  try {
    text = decodeURIComponent(raw.replaceAll('+', ' '));
  } catch {
    return malformedPercent.test(raw)
      ? { code: 'form-malformed-percent', why: 'has a percent sign without two hexadecimal digits' }
      : { code: 'form-invalid-utf8', why: 'is not UTF-8 after percent-decoding' };
  }
  if (hasControlCharacter(text)) return { code: 'form-control-character', why: 'has a control character' };
  return text;
}

function findLengthFault(text: string, part: 'name' | 'value'): ComponentFault | undefined {
  const bytesMax = part === 'name' ? formLimits.nameBytesMax : formLimits.valueBytesMax;
  if (text.length * 3 <= bytesMax || Buffer.byteLength(text) <= bytesMax) return undefined;
  return {
    code: part === 'name' ? 'form-name-too-long' : 'form-value-too-long',
    why: `has more than ${bytesMax} bytes`,
  };
}
