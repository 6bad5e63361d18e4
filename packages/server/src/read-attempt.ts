import { decodeForm, type FormFields, signedText, verify, verifyWebhook } from '@doorbell/contract';
import type { AttemptRecord, Endpoint } from '@doorbell/engine';

/** Never the key: what was signed is shown with this in its place. */
export const maskedKey = '[sign key]';

/** The decoded fields in the order of the body; null for a body that was not recorded, or does not decode. */
export function fieldsOfAttempt({ requestBody }: AttemptRecord): FormFields | null {
  if (requestBody === '') return null;
  const form = decodeForm(requestBody);
  return form.ok ? form.fields : null;
}

/** The text whose MD5 is the sign, with the key covered; null when the attempt was not signed. */
export function signedTextOf(attempt: AttemptRecord): string | null {
  const { timestamp } = attempt.requestHeaders;
  const fields = fieldsOfAttempt(attempt);
  if (attempt.sign === null || timestamp === undefined || fields === null) return null;
  // A key of one unit, which is then covered: values and timestamp are what people compare.
  return `${maskedKey}${signedText(fields, '-', timestamp).slice(1)}`;
}

export interface Verification {
  readonly verdict: 'holds' | 'does-not-hold' | 'not-signed' | 'no-key';
  readonly detail: string;
  /** Which of the endpoint's present keys fits. */
  readonly key: 'current' | 'previous' | null;
}

/** Signs again what was sent, with the keys that the endpoint has now, and says whether the sign is the same. */
export function verifySign(attempt: AttemptRecord, { signKey, previousSignKey }: Endpoint): Verification {
  const { timestamp } = attempt.requestHeaders;
  const fields = fieldsOfAttempt(attempt);
  if (attempt.sign === null || timestamp === undefined || fields === null) {
    return { verdict: 'not-signed', detail: 'The attempt was sent without a sign.', key: null };
  }
  const keys = [signKey, previousSignKey].filter((key) => key !== null);
  if (keys.length === 0) {
    return { verdict: 'no-key', detail: 'The endpoint has no sign key any more.', key: null };
  }
  const result = verify({ fields, timestamp, sign: attempt.sign, keys });
  if (result.ok) {
    const key = keys[result.keyIndex] === signKey ? 'current' : 'previous';
    return { verdict: 'holds', detail: `The sign fits body and timestamp under the ${key} key.`, key };
  }
  const detail = `${result.detail} Either the key was replaced since, or the record is not what was sent.`;
  return { verdict: 'does-not-hold', detail, key: null };
}

/** The same for the Standard Webhooks signature. */
export function verifyWebhookSignature(
  { requestHeaders: headers, requestBody: body }: AttemptRecord,
  { webhookSecret }: Endpoint,
): Verification {
  const signature = headers['webhook-signature'];
  if (signature === undefined) {
    return { verdict: 'not-signed', detail: 'The attempt was sent without webhook-signature.', key: null };
  }
  if (webhookSecret === null) {
    return { verdict: 'no-key', detail: 'The endpoint has no webhook secret any more.', key: null };
  }
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'] ?? '';
  const result = verifyWebhook({ id, timestamp, signature, body, secrets: [webhookSecret] });
  if (result.ok) return { verdict: 'holds', detail: 'The signature fits id, time and body.', key: 'current' };
  return { verdict: 'does-not-hold', detail: result.detail, key: null };
}
