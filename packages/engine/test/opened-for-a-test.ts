import { onTestFinished } from 'vitest';
import type { HttpTransport, HttpTransportOptions } from '../src/transports/http.ts';
import { localTransport } from './a-request.ts';
import { type RawEndpoint, type RawEndpointScript, startRawEndpoint } from './raw-endpoint.ts';

/** An endpoint that ends with the test. */
export async function openEndpoint(script: RawEndpointScript): Promise<RawEndpoint> {
  const endpoint = await startRawEndpoint(script);
  onTestFinished(() => endpoint.close());
  return endpoint;
}

/** A transport that may call this machine, and ends with the test, before the endpoints that were opened for it. */
export function openTransport(options: Partial<HttpTransportOptions> = {}): HttpTransport {
  const transport = localTransport(options);
  onTestFinished(() => transport.close());
  return transport;
}
