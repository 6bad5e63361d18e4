import { signWebhook } from '@doorbell/contract';
import { verifyRequest } from '@doorbell/receiver';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { expect, it } from 'vitest';

import { form, seedFields, unsignedRequest } from './signed-request.ts';
import { SECRET } from './webhook-request.ts';

// The npm package reads the system's clock, so here both sides do.
const at = new Date();
const id = 'task-1.7';
const body = form(seedFields);
const theirs = new Webhook(SECRET);
const timestampSeconds = Math.floor(at.getTime() / 1000);

function headersWith(signature: string): Record<string, string> {
  return { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds), 'webhook-signature': signature };
}

it('what the npm package standardwebhooks signs, the receiver verifies', () => {
  const request = unsignedRequest(body, headersWith(theirs.sign(id, at, body)));
  const options = { signKeys: [], webhookSecrets: SECRET, policy: 'require-hmac' } as const;
  expect(verifyRequest(request, options)).toMatchObject({
    ok: true,
    change: { verifiedBy: 'hmac', webhookId: id, sequence: 7, state: 50000 },
  });
});

it('what we sign, the npm package standardwebhooks verifies, and refuses when it was changed', () => {
  const signature = signWebhook({ id, timestampSeconds, body, secret: SECRET });
  const verify = (text: string) => theirs.verify(text, headersWith(signature), { jsonParse: false });
  expect(() => verify(body)).not.toThrow();
  expect(() => verify(body.replace('50000', '51000'))).toThrow(WebhookVerificationError);
});

it('both sides write the same signature', () => {
  expect(signWebhook({ id, timestampSeconds, body, secret: SECRET })).toBe(theirs.sign(id, at, body));
});
