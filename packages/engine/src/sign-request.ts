import {
  encodeForm,
  type FormFields,
  sign,
  signWebhook,
  taskStateChange,
  toFields,
} from '@doorbell/contract';
import type { Change } from './change.ts';
import { type Endpoint, isRotating } from './endpoint.ts';
import type { EpochMs, SignedRequest } from './ports.ts';

/** A sign key that may be tried, and which of the endpoint's keys it is; no key means unsigned. */
export interface SigningKey {
  readonly key: string | null;
  readonly slot: 'current' | 'previous' | null;
}

/** In the order of trying: the present key, then, during the overlap of a rotation, the one before it. */
export function signingKeys(endpoint: Endpoint, now: EpochMs): readonly SigningKey[] {
  if (endpoint.signKey === null) return [{ key: null, slot: null }];
  const current: SigningKey = { key: endpoint.signKey, slot: 'current' };
  if (!isRotating(endpoint, now)) return [current];
  return [current, { key: endpoint.previousSignKey, slot: 'previous' }];
}

/** One change as the request that the contract asks for, with the headers beyond it that are safe to ignore. */
export function signRequest(
  endpoint: Endpoint,
  change: Change,
  attempt: number,
  signingKey: SigningKey,
  now: EpochMs,
): SignedRequest {
  const fields = fieldsOf(change, endpoint);
  const body = encodeForm(fields);
  const timestamp = String(now);
  const webhookId = `${encodeURIComponent(change.houseTaskId)}.${change.sequence}`;
  const timestampSeconds = Math.floor(now / 1_000);

  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    'webhook-id': webhookId,
    'webhook-timestamp': String(timestampSeconds),
    'doorbell-sequence': String(change.sequence),
    'doorbell-attempt': String(attempt),
  };
  if (signingKey.key !== null) {
    headers.timestamp = timestamp;
    headers.sign = sign(fields, signingKey.key, timestamp);
  }
  if (endpoint.webhookSecret !== null) {
    const { webhookSecret: secret } = endpoint;
    headers['webhook-signature'] = signWebhook({ id: webhookId, timestampSeconds, body, secret });
  }
  const { connectTimeoutMs, totalTimeoutMs, inFlightMax } = endpoint;
  return {
    endpointId: endpoint.id,
    url: endpoint.url,
    headers,
    body,
    connectTimeoutMs,
    totalTimeoutMs,
    inFlightMax,
  };
}

function fieldsOf(change: Change, endpoint: Endpoint): FormFields {
  const { state, houseTaskId, houseId, packageId, userId, userName, extra } = change;
  return toFields(
    taskStateChange,
    { state, houseTaskId, houseId, packageId, userId, userName },
    { revision: endpoint.revision, extra },
  );
}
