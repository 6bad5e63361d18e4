import { createNetworkPolicy, type Reply, type SignedRequest } from '../src/index.ts';
import {
  createHttpTransport,
  type HttpTransport,
  type HttpTransportOptions,
} from '../src/transports/http.ts';

export function aRequest(url: string, overrides: Partial<SignedRequest> = {}): SignedRequest {
  return {
    endpointId: 'acme-main',
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      Sign: '0123456789abcdef',
      'webhook-id': 'T1.3',
    },
    body: 'state=50000&houseTaskId=T1',
    connectTimeoutMs: 3_000,
    totalTimeoutMs: 10_000,
    inFlightMax: 32,
    ...overrides,
  };
}

/** A transport that may call this machine. */
export function localTransport(overrides: Partial<HttpTransportOptions> = {}): HttpTransport {
  const policy = createNetworkPolicy({ allowNetworks: ['127.0.0.0/8', '::1/128'] });
  return createHttpTransport({ policy, userAgent: 'Doorbell/test', ...overrides });
}

export const never: AbortSignal = new AbortController().signal;

export function bodyOf(reply: Reply): string {
  return reply.kind === 'response' ? Buffer.from(reply.body).toString() : `${reply.reason}: ${reply.detail}`;
}
