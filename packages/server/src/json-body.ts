import { findJsonFault, jsonDepthMax } from './json-scan.ts';
import { faultsListedMax, invalidRequest, Problem, type ProblemFault, pointerToken } from './problem.ts';
import { findTextFault, type TextFault } from './text-fault.ts';

/**
 * Strict JSON from bytes: fatal UTF-8, no repeated names, no `__proto__`, and no control characters or lone
 * surrogates in any string or name. An empty body is undefined. Throws `Problem` 400 naming the field.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const text = decodeUtf8(bytes);
  const value = parseJson(text);

  const inspection = new Inspection(mayHoldTextFault.test(text));
  inspection.inspect(value);
  if (inspection.faults.length > 0) throw invalidRequest(inspection.faults);
  // JSON.parse keeps the last of repeated names without a word; only the counts tell.
  if (inspection.names !== countNames(text)) throw badJson(text);
  return value;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

// What no text may hold gets past JSON.parse as an escape only, except for U+007F.
const mayHoldTextFault = /[\\\u007f]/;

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Problem('invalid-json', 'The body is not valid UTF-8.', [
      { pointer: '', field: null, code: 'json-invalid-utf8', detail: 'The body is not valid UTF-8.' },
    ]);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badJson(text);
  }
}

function badJson(text: string): Problem {
  const unlocated = { pointer: '', field: null, code: 'json-syntax', detail: 'The body is not JSON.' };
  const fault = findJsonFault(text) ?? unlocated;
  return new Problem('invalid-json', fault.detail, [fault]);
}

/** Walks a parsed body: counts its names, and finds what must be nowhere in it. */
class Inspection {
  names = 0;
  readonly faults: ProblemFault[] = [];
  readonly #looksIntoTexts: boolean;
  readonly #path: (string | number)[] = [];

  constructor(looksIntoTexts: boolean) {
    this.#looksIntoTexts = looksIntoTexts;
  }

  inspect(value: unknown): void {
    if (this.faults.length > faultsListedMax) return;
    if (typeof value === 'string') {
      this.#report(this.#findTextFault(value));
    } else if (typeof value === 'object' && value !== null) {
      if (this.#path.length >= jsonDepthMax) this.#report(depthFault);
      else if (Array.isArray(value)) this.#inspectItems(value);
      else this.#inspectMembers(value as Readonly<Record<string, unknown>>);
    }
  }

  #inspectItems(items: readonly unknown[]): void {
    for (let index = 0; index < items.length; index += 1) {
      this.#path.push(index);
      this.inspect(items[index]);
      this.#path.pop();
    }
  }

  #inspectMembers(object: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(object)) {
      this.names += 1;
      this.#path.push(name);
      this.#report(name === '__proto__' ? protoFault : this.#findTextFault(name));
      this.inspect(object[name]);
      this.#path.pop();
    }
  }

  #findTextFault(text: string): TextFault | undefined {
    return this.#looksIntoTexts ? findTextFault(text) : undefined;
  }

  #report(fault: Pick<ProblemFault, 'code' | 'detail'> | undefined): void {
    if (fault === undefined) return;
    const pointer = this.#path.map((key) => `/${pointerToken(key)}`).join('');
    const field = this.#path.findLast((key) => typeof key === 'string') ?? null;
    this.faults.push({ pointer, field, ...fault });
  }
}

const depthFault = { code: 'json-too-deep', detail: 'The body is nested too deeply.' };
const protoFault = { code: 'json-forbidden-name', detail: 'The name __proto__ is not accepted.' };

/** Colons outside of strings: one for each name in the text, repeated or not. */
function countNames(text: string): number {
  let names = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x3a) names += 1;
    else if (code === 0x22) at = endOfString(text, at);
  }
  return names;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === 0x5c) first -= 1;
  return (at - first) % 2 === 1;
}
