import { createHash, timingSafeEqual } from 'node:crypto';

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
  return md5(signedText(fields, key, timestamp)).toString('hex');
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
  const claimed = Buffer.from(input.sign, 'hex');
  const values = sortedValues(input.fields);
  let keyIndex = -1;
  for (const [index, key] of input.keys.entries()) {
    if (key === '') throw new RangeError('A sign key is empty.');
    const same = timingSafeEqual(claimed, md5(key + values + input.timestamp));
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

function sorted(fields: Fields): (readonly [string, string])[] {
  return [...fields].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
}

function md5(text: string): Buffer {
  return createHash('md5').update(text, 'utf8').digest();
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
