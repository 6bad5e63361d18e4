import { createHmac, timingSafeEqual } from 'node:crypto';
import { quote } from './quote.ts';
import type { ReasonCode } from './reason-codes.ts';

// The signed text has dots between its parts, and an id may have dots too. Without "=" an id cannot swallow the
// first field of a form, and without "&" nothing after it, so the text can be split in one way only.
const idPattern = /^[A-Za-z0-9._~!*'()%:-]{1,512}$/;
const timestampPattern = /^[1-9][0-9]{9}$/;
const signaturesMax = 16;

/**
 * Signs by Standard Webhooks v1: HMAC-SHA256 over `id.timestamp.body`. Returns `v1,<base64>`. Throws RangeError
 * for a secret that `isWebhookSecret` refuses, a malformed id, or a timestamp that is not in seconds.
 */
export function signWebhook(input: {
  id: string;
  timestampSeconds: number;
  body: string | Uint8Array;
  secret: string;
}): string {
  const timestamp = String(input.timestampSeconds);
  if (!idPattern.test(input.id)) throw new RangeError(`The webhook id ${quote(input.id)} is malformed.`);
  if (!timestampPattern.test(timestamp)) {
    throw new RangeError(`The webhook timestamp ${timestamp} is not Unix time in seconds.`);
  }
  return `v1,${hmac(input.id, timestamp, input.body, getKey(input.secret)).toString('base64')}`;
}

/**
 * Whether one of the secrets signed this body. The header may hold several signatures, separated by spaces;
 * versions other than v1 are ignored. Does not look at the clock. Throws RangeError for a malformed secret.
 */
export function verifyWebhook(input: {
  id: string;
  timestamp: string;
  signature: string;
  body: string | Uint8Array;
  secrets: readonly string[];
}): { ok: true } | { ok: false; code: ReasonCode; detail: string } {
  if (!idPattern.test(input.id)) {
    return { ok: false, code: 'webhook-id-malformed', detail: `The webhook-id is ${quote(input.id)}.` };
  }
  if (!timestampPattern.test(input.timestamp)) {
    const detail = `The webhook-timestamp ${quote(input.timestamp)} is not Unix time in seconds.`;
    return { ok: false, code: 'webhook-timestamp-malformed', detail };
  }
  const claimed = listSignatures(input.signature);
  if (claimed.length === 0) {
    const detail = `The webhook-signature ${quote(input.signature)} holds no v1 signature.`;
    return { ok: false, code: 'webhook-signature-malformed', detail };
  }
  let found = false;
  for (const secret of input.secrets) {
    const expected = hmac(input.id, input.timestamp, input.body, getKey(secret));
    for (const signature of claimed) {
      if (timingSafeEqual(signature, expected)) found = true;
    }
  }
  if (found) return { ok: true };
  return { ok: false, code: 'webhook-signature-mismatch', detail: 'No signature fits this body.' };
}

/** Whether this is `whsec_` and the base64 of 24 to 64 bytes. */
export function isWebhookSecret(secret: string): boolean {
  return findKey(secret) !== undefined;
}

function listSignatures(header: string): readonly Buffer[] {
  return header
    .split(' ', signaturesMax)
    .filter((entry) => /^v1,[A-Za-z0-9+/]{43}=$/.test(entry))
    .map((entry) => Buffer.from(entry.slice(3), 'base64'));
}

function getKey(secret: string): Buffer {
  const key = findKey(secret);
  if (key === undefined)
    throw new RangeError('A webhook secret is "whsec_" and the base64 of 24 to 64 bytes.');
  return key;
}

function findKey(secret: string): Buffer | undefined {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) return undefined;
  const base64 = secret.slice('whsec_'.length);
  const key = Buffer.from(base64, 'base64');
  const canonical = key.toString('base64');
  const sameText = base64 === canonical || base64 === canonical.replace(/=+$/, '');
  return sameText && key.length >= 24 && key.length <= 64 ? key : undefined;
}

function hmac(id: string, timestamp: string, body: string | Uint8Array, key: Buffer): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}
