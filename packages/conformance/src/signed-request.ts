import { createHash } from 'node:crypto';

import { signWebhook } from '@doorbell/contract';

import type { Manner, Pairs, WireRequest } from './wire-request.ts';

/** How a request differs from the plain one. Whatever is not given is as the platform would have it. */
export interface Signing {
  /** The header's text, which is signed as it stands; by default now, in milliseconds. */
  readonly timestamp?: string;
  readonly key?: string;
  /** Replaces the right sign; null leaves the header out. */
  readonly sign?: string | null;
  /** Replaces the timestamp header, not what is signed; null leaves it out. */
  readonly sentTimestamp?: string | null;
  /** What is signed, where it is not what is sent. */
  readonly signed?: Pairs;
  readonly body?: string | Uint8Array;
  /** Null leaves the header out. */
  readonly contentType?: string | null;
  /** Further headers. */
  readonly headers?: Pairs;
  readonly manner?: Manner;
  readonly method?: string;
  readonly query?: string;
  /** `none` leaves the HMAC out even where a secret is known: what an attacker or an old sender can do. */
  readonly webhook?: 'none' | WebhookSigning;
}

/** How the Standard Webhooks headers differ from the plain ones. */
export interface WebhookSigning {
  readonly id?: string;
  readonly sequence?: number;
  readonly timestampSeconds?: number;
  readonly secret?: string;
  /** The body that is signed, where it is not the one that is sent. */
  readonly bodySigned?: string;
  /** Gets the right signature and returns the header. */
  readonly spell?: (signature: string) => string;
}

/** The rule of the contract, without its checks, so that what breaks other rules can be signed too. */
export function signatureOf(fields: Pairs, key: string, timestamp: string): string {
  return md5(key + signedValues(fields) + timestamp);
}

/** The values in ascending order of their names, by UTF-16 code unit. */
export function signedValues(fields: Pairs): string {
  const ascending = [...fields].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return ascending.map(([, value]) => value).join('');
}

export function md5(text: string | Uint8Array): string {
  return createHash('md5').update(text).digest('hex');
}

/** The form in the spelling of the URL standard; repeated names and control characters as they are. */
export function formOf(fields: Pairs): string {
  return new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString();
}

export interface SigningContext {
  readonly signKey: string;
  readonly webhookSecret: string | null;
  readonly nowMs: number;
}

export function signRequest(fields: Pairs, signing: Signing, context: SigningContext): WireRequest {
  const timestamp = signing.timestamp ?? String(context.nowMs);
  const right = signatureOf(signing.signed ?? fields, signing.key ?? context.signKey, timestamp);
  const sign = signing.sign === undefined ? right : signing.sign;
  const sentTimestamp = signing.sentTimestamp === undefined ? timestamp : signing.sentTimestamp;
  const contentType =
    signing.contentType === undefined ? 'application/x-www-form-urlencoded' : signing.contentType;
  const body = Buffer.from(signing.body ?? formOf(fields));
  const headers: (readonly [string, string])[] = [];
  if (contentType !== null) headers.push(['content-type', contentType]);
  if (sentTimestamp !== null) headers.push(['timestamp', sentTimestamp]);
  if (sign !== null) headers.push(['sign', sign]);
  if (context.webhookSecret !== null && signing.webhook !== 'none') {
    headers.push(
      ...webhookHeaders(fields, body, signing.webhook ?? {}, context.webhookSecret, context.nowMs),
    );
  }
  headers.push(...(signing.headers ?? []));
  const { method = 'POST', manner = 'whole', query } = signing;
  return query === undefined ? { method, headers, body, manner } : { method, headers, body, manner, query };
}

function webhookHeaders(
  fields: Pairs,
  body: Uint8Array,
  webhook: WebhookSigning,
  secret: string,
  nowMs: number,
): Pairs {
  const sequence = webhook.sequence ?? 1;
  const houseTaskId = fields.find(([name]) => name === 'houseTaskId')?.[1] ?? 'none';
  const id = webhook.id ?? `${encodeURIComponent(houseTaskId)}.${sequence}`;
  const timestampSeconds = webhook.timestampSeconds ?? Math.floor(nowMs / 1000);
  const signed = { id, timestampSeconds, body: webhook.bodySigned ?? body };
  const signature = signWebhook({ ...signed, secret: webhook.secret ?? secret });
  return [
    ['webhook-id', id],
    ['webhook-timestamp', String(timestampSeconds)],
    ['webhook-signature', webhook.spell?.(signature) ?? signature],
    ['doorbell-sequence', String(sequence)],
    ['doorbell-attempt', '1'],
  ];
}
