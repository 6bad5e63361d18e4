import { findJsonFault, jsonDepthMax } from './json-scan.ts';
import { faultsListedMax, invalidRequest, Problem, type ProblemFault, pointerToken } from './problem.ts';
import { findTextFault } from './text-fault.ts';

/**
 * Strict JSON from bytes: fatal UTF-8, no repeated names, no `__proto__`, and no control characters or lone
 * surrogates in any string or name. An empty body is undefined. Throws `Problem` 400 naming the field.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const text = decodeUtf8(bytes);
  const value = parseJson(text);

  const inspection: Inspection = { names: 0, faults: [] };
  inspect(value, '', null, 0, inspection);
  if (inspection.faults.length > 0) throw invalidRequest(inspection.faults);
  // JSON.parse keeps the last of repeated names without a word; only the counts tell.
  if (inspection.names !== countNames(text)) throw badJson(text);
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
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

interface Inspection {
  names: number;
  readonly faults: ProblemFault[];
}

function inspect(
  value: unknown,
  pointer: string,
  field: string | null,
  depth: number,
  seen: Inspection,
): void {
  if (seen.faults.length > faultsListedMax) return;
  if (typeof value === 'string') {
    const fault = findTextFault(value);
    if (fault !== undefined) seen.faults.push({ pointer, field, ...fault });
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth >= jsonDepthMax) {
    seen.faults.push({ pointer, field, code: 'json-too-deep', detail: 'The body is nested too deeply.' });
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      inspect(item, `${pointer}/${index}`, field, depth + 1, seen);
    });
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    seen.names += 1;
    const memberPointer = `${pointer}/${pointerToken(name)}`;
    const fault = name === '__proto__' ? protoFault : findTextFault(name);
    if (fault !== undefined) seen.faults.push({ pointer: memberPointer, field: name, ...fault });
    inspect(member, memberPointer, name, depth + 1, seen);
  }
}

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
  let at = start + 1;
  while (text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
  return at;
}
