import { isWebhookSecret } from '@doorbell/contract';
import type { Endpoint, EndpointDraft, NetworkPolicy } from '@doorbell/engine';
import type { Static } from 'typebox';
import { invalidRequest, type ProblemFault } from './problem.ts';
import { type endpointBody, readPolicy } from './schemas/endpoint.ts';
import { fault } from './validate.ts';

/**
 * The draft of a PUT, with its URLs in normal form. Throws a problem that names every field that the schema cannot
 * judge: URLs that the network policy refuses, a missing sign key at creation, a webhook secret that is none.
 */
export function draftEndpoint(
  id: string,
  body: Static<typeof endpointBody>,
  existing: Endpoint | undefined,
  networkPolicy: NetworkPolicy,
): EndpointDraft {
  const { customerId, signKey, webhookSecret } = body;
  const faults: ProblemFault[] = [];
  if (existing === undefined && signKey === undefined) {
    faults.push(fault('/signKey', 'field-missing', 'is required at creation; null sends unsigned'));
  }
  if (typeof webhookSecret === 'string' && !isWebhookSecret(webhookSecret)) {
    faults.push(fault('/webhookSecret', 'field-not-allowed', 'must be whsec_ and 24 to 64 bytes in base64'));
  }

  const checkUrl = (field: string, url: string): string => {
    const check = networkPolicy.checkUrl(url);
    if (check.ok) return check.url;
    faults.push({ pointer: `/${field}`, field, code: check.code, detail: check.detail });
    return url;
  };
  const policy = readPolicy(body);
  const url = checkUrl('url', body.url);
  const deliveryFailedUrl =
    policy.deliveryFailedUrl === null ? null : checkUrl('deliveryFailedUrl', policy.deliveryFailedUrl);
  if (faults.length > 0) throw invalidRequest(faults);
  return { ...policy, id, customerId, url, deliveryFailedUrl, signKey, webhookSecret };
}
