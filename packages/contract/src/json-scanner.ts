/** Deepest nesting of arrays and objects that is read. */
export const jsonDepthMax = 32;

/** Why a scan stopped. */
export type JsonFault = 'not-json' | 'too-deep' | 'not-object' | 'duplicate-key';

/**
 * Splits a JSON object into its members, each as its source text. JSON.parse would hide what the contract cares
 * about: a repeated key, and whether a number was written as an integer. Accepts exactly what JSON.parse does,
 * up to `jsonDepthMax`.
 */
export function scanJsonObject(text: string): ReadonlyMap<string, string> | JsonFault {
  const start = skipSpace(text, 0);
  if (text[start] !== '{') {
    const end = skipValue(text, start, 0);
    if (end < 0) return end === tooDeep ? 'too-deep' : 'not-json';
    return skipSpace(text, end) === text.length ? 'not-object' : 'not-json';
  }
  const members = new Map<string, string>();
  let repeated = false;
  const end = skipObject(text, start, 1, (key, from, to) => {
    const name = JSON.parse(key) as string;
    repeated ||= members.has(name);
    members.set(name, text.slice(from, to));
  });
  if (end === tooDeep) return 'too-deep';
  if (end < 0 || skipSpace(text, end) !== text.length) return 'not-json';
  return repeated ? 'duplicate-key' : members;
}

// Each skip function returns the index after what it skipped, or one of these.
const invalid = -1;
const tooDeep = -2;

function skipValue(text: string, at: number, depth: number): number {
  switch (text[at]) {
    case '{':
      return skipObject(text, at, depth + 1);
    case '[':
      return skipArray(text, at, depth + 1);
    case '"':
      return skipString(text, at);
    case 't':
      return text.startsWith('true', at) ? at + 4 : invalid;
    case 'f':
      return text.startsWith('false', at) ? at + 5 : invalid;
    case 'n':
      return text.startsWith('null', at) ? at + 4 : invalid;
    default:
      return skipNumber(text, at);
  }
}

function skipObject(
  text: string,
  start: number,
  depth: number,
  onMember?: (key: string, from: number, to: number) => void,
): number {
  if (depth > jsonDepthMax) return tooDeep;
  let at = skipSpace(text, start + 1);
  if (text[at] === '}') return at + 1;
  for (;;) {
    const keyEnd = skipString(text, at);
    if (keyEnd < 0) return invalid;
    const key = text.slice(at, keyEnd);
    at = skipSpace(text, keyEnd);
    if (text[at] !== ':') return invalid;
    const from = skipSpace(text, at + 1);
    const to = skipValue(text, from, depth);
    if (to < 0) return to;
    onMember?.(key, from, to);
    at = skipSpace(text, to);
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',') return invalid;
    at = skipSpace(text, at + 1);
  }
}

function skipArray(text: string, start: number, depth: number): number {
  if (depth > jsonDepthMax) return tooDeep;
  let at = skipSpace(text, start + 1);
  if (text[at] === ']') return at + 1;
  for (;;) {
    const end = skipValue(text, at, depth);
    if (end < 0) return end;
    at = skipSpace(text, end);
    if (text[at] === ']') return at + 1;
    if (text[at] !== ',') return invalid;
    at = skipSpace(text, at + 1);
  }
}

const escapePattern = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;

function skipString(text: string, start: number): number {
  if (text[start] !== '"') return invalid;
  let at = start + 1;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) return at + 1;
    if (unit < 0x20) return invalid;
    if (unit === 0x5c) {
      escapePattern.lastIndex = at;
      if (!escapePattern.test(text)) return invalid;
      at = escapePattern.lastIndex;
    } else {
      at += 1;
    }
  }
  return invalid;
}

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function skipNumber(text: string, start: number): number {
  numberPattern.lastIndex = start;
  return numberPattern.test(text) ? numberPattern.lastIndex : invalid;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return at;
    at += 1;
  }
}
