import { decodeForm } from '../form.ts';
import { type Finding, faultFound, mistakeFound } from './finding.ts';
import { decodeGbk } from './gbk.ts';
import { percentDecodeBytes } from './percent-decode.ts';
import type { SentField } from './recipe.ts';

/** The fields that a body was meant to hold, read as leniently as can be, and what is wrong with it. */
export interface BodyRead {
  readonly fields: readonly SentField[];
  readonly text: string;
  readonly findings: readonly Finding[];
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const hopeless: readonly string[] = ['form-too-large', 'form-too-many-fields'];

/** Reads the body; undefined fields mean that it is too large to look into. */
export function readBody(
  body: Uint8Array | string,
): BodyRead | { fields: null; findings: readonly Finding[] } {
  const form = decodeForm(body);
  const faults = form.ok ? [] : form.faults;
  const tooLarge = faults.filter(({ code }) => hopeless.includes(code));
  if (tooLarge.length > 0) return { fields: null, findings: tooLarge.map(faultFound) };
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body);
  const text = utf8.decode(bytes);
  if (text === '') return { fields: [], text, findings: [mistakeFound('body-empty')] };
  const json = readJson(text);
  if (json !== undefined) return { fields: json, text, findings: [mistakeFound('body-json')] };
  const parts = readMultipart(text);
  if (parts !== undefined) return { fields: parts, text, findings: [mistakeFound('body-multipart')] };
  const wire = bytes.toString('latin1');
  const isBroken = faults.some(({ code }) => code === 'form-invalid-utf8');
  const gbk = isBroken ? readForm(wire, decodeGbk) : undefined;
  if (gbk !== undefined) {
    const others = faults.filter(({ code }) => code !== 'form-invalid-utf8');
    return { fields: gbk, text, findings: [mistakeFound('body-gbk'), ...others.map(faultFound)] };
  }
  const fields = readForm(wire, (part) => utf8.decode(part)) ?? [];
  return { fields, text, findings: faults.map(faultFound) };
}

function readForm(
  wire: string,
  decode: (bytes: Uint8Array) => string | undefined,
): readonly SentField[] | undefined {
  const fields: SentField[] = [];
  for (const segment of wire.split('&')) {
    if (segment === '') continue;
    const equals = segment.indexOf('=');
    const wireName = equals === -1 ? segment : segment.slice(0, equals);
    const wireValue = equals === -1 ? '' : segment.slice(equals + 1);
    const name = decode(percentDecodeBytes(wireName.replaceAll('+', ' ')));
    const value = decode(percentDecodeBytes(wireValue.replaceAll('+', ' ')));
    if (name === undefined || value === undefined) return undefined;
    fields.push({ name, value, wireValue: utf8.decode(Buffer.from(wireValue, 'latin1')) });
  }
  return fields;
}

function readJson(text: string): readonly SentField[] | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Object.entries(parsed as Record<string, unknown>).map(([name, value]) => {
    const shown = typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
    return plainField(name.toWellFormed(), shown.toWellFormed());
  });
}

function readMultipart(text: string): readonly SentField[] | undefined {
  const boundary = /^--[^\r\n]+/.exec(text)?.[0];
  if (boundary === undefined) return undefined;
  return text.split(boundary).flatMap((part) => {
    const found = /^\r?\ncontent-disposition: *form-data;[^\r\n]*\bname="([^"\r\n]*)"/i.exec(part);
    const start = /\r?\n\r?\n/.exec(part);
    if (found === null || start === null) return [];
    const value = part.slice(start.index + start[0].length).replace(/\r?\n$/, '');
    return [plainField(found[1] ?? '', value)];
  });
}

function plainField(name: string, value: string): SentField {
  return { name, value, wireValue: value };
}
