import crypto from 'node:crypto';

type Fields = Iterable<readonly [string, string]>;

/**
 * The text that is hashed: the key, the decoded values in ascending UTF-16 code unit order of their names, the
 * timestamp. Secret, because the key is part of it. Field names are expected to be unique.
 */
export function signedText(fields: Fields, key: string, timestamp: string): string {
  if (key === '') throw new RangeError('The sign key is empty.');
  return key + sortedValues(fields) + timestamp;
}

/** The contract's signature: lower-case hex MD5 of `signedText` in UTF-8. Throws RangeError for an empty key. */
export function sign(fields: Fields, key: string, timestamp: string): string {
  return md5(signedText(fields, key, timestamp));
}

const signPattern = /^[0-9A-Fa-f]{32}$/;

/**
 * Whether one of the keys signed these fields. Accepts either hex case; compares in constant time and tries all
 * keys, so the time tells nothing. Throws RangeError for an empty key or no keys.
 */
export function verify(input: {
  fields: Fields;
  timestamp: string;
  sign: string;
  keys: readonly string[];
}): { ok: true; keyIndex: number } | { ok: false; code: 'sign-mismatch' | 'sign-malformed'; detail: string } {
  if (input.keys.length === 0) throw new RangeError('There is no sign key to verify with.');
  if (!signPattern.test(input.sign)) {
    return { ok: false, code: 'sign-malformed', detail: 'The sign is not 32 hexadecimal digits.' };
  }
  const claimed = input.sign.toLowerCase();
  const values = sortedValues(input.fields);
  let keyIndex = -1;
  for (let index = 0; index < input.keys.length; index++) {
    const key = input.keys[index] ?? '';
    if (key === '') throw new RangeError('A sign key is empty.');
    const same = equalInConstantTime(claimed, md5(key + values + input.timestamp));
    if (same && keyIndex === -1) keyIndex = index;
  }
  if (keyIndex !== -1) return { ok: true, keyIndex };
  const keys = input.keys.length === 1 ? 'the key' : `any of the ${input.keys.length} keys`;
  return { ok: false, code: 'sign-mismatch', detail: `The sign does not fit these fields under ${keys}.` };
}

function sortedValues(fields: Fields): string {
  let values = '';
  for (const [, value] of sorted(fields)) values += value;
  return values;
}

/** By insertion, which beats the engine's sort four times on the handful of fields that a form has. */
function sorted(fields: Fields): readonly (readonly [string, string])[] {
  const sorted: (readonly [string, string])[] = [];
  for (const field of fields) {
    let index = sorted.length;
    for (; index > 0; index--) {
      const before = sorted[index - 1];
      if (before === undefined || before[0] <= field[0]) break;
      sorted[index] = before;
    }
    sorted[index] = field;
  }
  return sorted;
}

/** Lower-case hex. Node before 20.12 has no one-shot hash, which takes a third of the time. */
function md5(text: string): string {
  return crypto.hash === undefined
    ? crypto.createHash('md5').update(text, 'utf8').digest('hex')
    : crypto.hash('md5', text, 'hex');
}

const hexDigits = 32;
// Written over at every comparison: to make two buffers takes longer than to compare them.
const left = Buffer.alloc(hexDigits);
const right = Buffer.alloc(hexDigits);

/** Compares two texts of 32 hexadecimal digits. */
function equalInConstantTime(a: string, b: string): boolean {
  left.write(a, 'latin1');
  right.write(b, 'latin1');
  return crypto.timingSafeEqual(left, right);
}

// Numbers and ids that the platform or the customer issues: their form is known to the receiver, so a digit
// that moved into or out of them shows. Every other field is free text.
const issuedFields: ReadonlySet<string> = new Set([
  'cityId',
  'fileHash',
  'houseId',
  'houseTaskId',
  'houseType',
  'notifyConfigId',
  'notifyId',
  'notifyResult',
  'notifyType',
  'state',
  'status',
  'userId',
]);

/**
 * Names of free-text fields whose last digit could as well be the first of what is signed next, because the rule
 * has no separators. A sender warns about them and advises the HMAC signature.
 */
export function weakSeams(fields: Fields): readonly string[] {
  const sent = sorted(fields).filter(([, value]) => value !== '');
  return sent
    .filter(([name, value], index) => {
      // After the last value comes the timestamp, which starts with a digit.
      const next = sent[index + 1]?.[1] ?? '1';
      return !issuedFields.has(name) && /[0-9]$/.test(value) && /^[0-9]/.test(next);
    })
    .map(([name]) => name);
}
