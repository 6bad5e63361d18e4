import { encodeForm, sign, taskStateChange, toFields } from '@doorbell/contract';
import { changeOf, endpointOf } from '../workload.ts';

/** Requests of one kind, each as the bytes that go over the wire, all different. */
export type RequestKind =
  | { readonly kind: 'state-changes'; readonly apiKey: string; readonly perRequest: number }
  | { readonly kind: 'notifications' };

export function buildRequests(kind: RequestKind, url: URL, count: number, series: string): readonly Buffer[] {
  return Array.from({ length: count }, (_, index) =>
    kind.kind === 'notifications'
      ? notification(url, index, series)
      : stateChanges(url, kind.apiKey, kind.perRequest, index, series),
  );
}

function stateChanges(url: URL, apiKey: string, perRequest: number, index: number, series: string): Buffer {
  const changes = Array.from({ length: perRequest }, (_, offset) => {
    const { extra, eventId, ...change } = changeOf(index * perRequest + offset, 100_000_000, series);
    return change;
  });
  const body = JSON.stringify(perRequest === 1 ? changes[0] : changes);
  return request(url, '/v1/state-changes', body, {
    'content-type': 'application/json',
    authorization: `Bearer ${apiKey}`,
  });
}

/** As Doorbell would send it, signed now: within the receiver's tolerance for as long as a measure takes. */
function notification(url: URL, index: number, series: string): Buffer {
  const { state, houseTaskId, houseId, packageId, userId, userName, customerId } = changeOf(
    index,
    100_000_000,
    series,
  );
  const values = { state, houseTaskId, houseId, packageId, userId, userName };
  const fields = toFields(taskStateChange, values, { revision: 'seed', extra: {} });
  const timestamp = String(Date.now());
  return request(url, '/', encodeForm(fields), {
    'content-type': 'application/x-www-form-urlencoded',
    'webhook-id': `${houseTaskId}.1`,
    'doorbell-sequence': '1',
    'doorbell-attempt': '1',
    timestamp,
    sign: sign(fields, endpointOf(customerId, '').signKey ?? '', timestamp),
  });
}

function request(url: URL, path: string, body: string, headers: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries({ host: url.host, ...headers, 'content-length': Buffer.byteLength(body) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n${body}`);
}
