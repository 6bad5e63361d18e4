import { createHmac } from 'node:crypto';

import { form, NOW, seedFields, signature, type TestRequest, unsignedRequest } from './signed-request.ts';

export const SECRET: string = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Standard Webhooks v1 as its page words it, written here once more so that the tests do not lean on our own. */
export function hmacSignature(id: string, timestamp: string, body: string, secret: string = SECRET): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

export interface WebhookRequestOptions {
  readonly sequence?: number;
  readonly id?: string;
  readonly timestamp?: number;
  readonly secret?: string;
  /** Default true: the contract's sign comes along, as the platform sends it. */
  readonly md5?: boolean;
  readonly headers?: Record<string, string>;
}

/** A request as a true platform signs it both ways. */
export function webhookRequest(
  fields: Record<string, string> = seedFields,
  options: WebhookRequestOptions = {},
): TestRequest {
  const { timestamp = NOW, sequence = 1, md5 = true } = options;
  const id = options.id ?? `${encodeURIComponent(fields.houseTaskId ?? '')}.${sequence}`;
  const seconds = String(Math.floor(timestamp / 1000));
  const body = form(fields);
  const sign: Record<string, string> = md5
    ? { timestamp: String(timestamp), sign: signature(fields, String(timestamp)) }
    : {};
  return unsignedRequest(body, {
    ...sign,
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': hmacSignature(id, seconds, body, options.secret),
    ...options.headers,
  });
}
