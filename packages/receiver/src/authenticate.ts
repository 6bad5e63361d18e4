import {
  type Fault,
  type FormFields,
  parseTimestamp,
  type ReasonCode,
  verify,
  verifyWebhook,
} from '@doorbell/contract';

import type { HeaderValues } from './received-headers.ts';
import type { VerifyRules } from './verify-rules.ts';

/** What proves a request, or that it was allowed without proof. */
export interface Authenticity {
  readonly verifiedBy: 'hmac' | 'md5' | null;
  /** When it was signed, in epoch ms. */
  readonly timestamp: number | null;
  readonly keyIndex: number | null;
  /** The sign in lower case, when it came and verified. */
  readonly sign: string | null;
  /** The webhook-id, when the HMAC covers it. */
  readonly webhookId: string | null;
}

interface Unproven {
  readonly headers: HeaderValues;
  readonly body: Uint8Array;
  readonly fields: FormFields;
  readonly now: number;
}

type HmacProof = Pick<Authenticity, 'timestamp' | 'webhookId'>;

const nothing = { verifiedBy: null, timestamp: null, keyIndex: null, sign: null, webhookId: null } as const;

/** Applies the policy to the two signatures, each of which may be absent. */
export function authenticate(request: Unproven, rules: VerifyRules): Authenticity | Fault {
  const hmac = rules.policy === 'md5' ? undefined : proveHmac(request, rules);
  if (isFault(hmac)) return hmac;
  if (hmac === undefined && rules.policy === 'require-hmac') {
    return fault('webhook-signature-missing', 'webhook-signature', 'no webhook-signature header');
  }
  // Beside an HMAC a sign is held against the keys if there are any; on its own it is never passed over.
  const md5 = hmac !== undefined && rules.signKeys.length === 0 ? undefined : proveMd5(request, rules);
  if (isFault(md5)) return md5;

  if (hmac !== undefined) {
    return { ...nothing, ...hmac, ...md5, webhookId: hmac.webhookId, verifiedBy: 'hmac' };
  }
  if (md5 !== undefined) return md5;
  return rules.allowUnsigned ? nothing : fault('sign-missing', 'sign', 'no sign header');
}

function proveHmac({ headers, body, now }: Unproven, rules: VerifyRules): HmacProof | Fault | undefined {
  const signature = readOnly(headers, 'webhook-signature');
  const id = readOnly(headers, 'webhook-id');
  const timestamp = readOnly(headers, 'webhook-timestamp');
  if (isFault(signature)) return signature;
  if (isFault(id)) return id;
  if (isFault(timestamp)) return timestamp;
  if (signature === '') return undefined;

  const secrets = rules.webhookSecrets;
  const verified = verifyWebhook({ id, timestamp, signature, body, secrets });
  if (!verified.ok) return fault(verified.code, fieldOf(verified.code), verified.detail);
  const epochMs = Number(timestamp) * 1000;
  // Whole seconds: the attempt was made anywhere in the one that it names.
  const late = findWindowFault('webhook-timestamp', now, epochMs, epochMs + 999, rules.toleranceMs);
  return late ?? { timestamp: epochMs, webhookId: id };
}

function fieldOf(code: ReasonCode): string {
  if (code === 'webhook-id-malformed') return 'webhook-id';
  return code === 'webhook-timestamp-malformed' ? 'webhook-timestamp' : 'webhook-signature';
}

function proveMd5({ headers, fields, now }: Unproven, rules: VerifyRules): Authenticity | Fault | undefined {
  const timestamp = readOnly(headers, 'timestamp');
  const sign = readOnly(headers, 'sign');
  if (isFault(timestamp)) return timestamp;
  if (isFault(sign)) return sign;
  // A timestamp that nobody signed tells nothing, so without a sign it is not read.
  if (sign === '') return undefined;
  if (timestamp === '') return fault('timestamp-missing', 'timestamp', 'no timestamp header');

  const at = parseTimestamp(timestamp);
  if (!at.ok) return fault(at.code, 'timestamp', at.detail);
  const late = findWindowFault('timestamp', now, at.epochMs, at.epochMs, rules.toleranceMs);
  if (late !== undefined) return late;

  const { signKeys: keys } = rules;
  if (keys.length === 0) return fault('sign-mismatch', 'sign', 'this receiver was given no key');
  const verified = verify({ fields, timestamp, sign, keys });
  if (!verified.ok) return fault(verified.code, 'sign', verified.detail);
  return {
    verifiedBy: 'md5',
    timestamp: at.epochMs,
    keyIndex: verified.keyIndex,
    sign: sign.toLowerCase(),
    webhookId: null,
  };
}

/** Empty when the header is absent. */
function readOnly(headers: HeaderValues, name: string): string | Fault {
  const sent = headers.get(name) ?? '';
  if (typeof sent === 'string') return sent;
  return sent.length > 1 ? fault('header-repeated', name, `${name} came more than once`) : (sent[0] ?? '');
}

function findWindowFault(
  header: string,
  now: number,
  earliest: number,
  latest: number,
  toleranceMs: number,
): Fault | undefined {
  // Written so that a clock that answers NaN refuses.
  if (now - latest <= toleranceMs && earliest - now <= toleranceMs) return undefined;
  return now < earliest
    ? fault('timestamp-future', header, `${earliest - now} ms ahead of this clock, ${toleranceMs} allowed`)
    : fault('timestamp-stale', header, `${now - latest} ms behind this clock, ${toleranceMs} allowed`);
}

function fault(code: ReasonCode, field: string, detail: string): Fault {
  return { code, field, detail };
}

function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'code' in value;
}
