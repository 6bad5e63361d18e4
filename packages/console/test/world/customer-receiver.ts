import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verify } from '@doorbell/contract';
import { type Answering, type AnsweringKind, answers } from './answers.ts';

/** A customer's endpoint on a real socket; how it answers is told by its path, and can be changed. */
export interface CustomerReceiver {
  urlOf(customerId: string): string;
  /** From now on. */
  answer(customerId: string, kind: AnsweringKind): void;
  /** From now on it answers 401 to what this key did not sign. */
  requireKey(customerId: string, signKey: string): void;
  /** From now on this answers for the customer. */
  handle(customerId: string, listener: RequestListener): void;
  close(): void;
}

export async function startCustomerReceiver(): Promise<CustomerReceiver> {
  const kinds = new Map<string, AnsweringKind>();
  const signKeys = new Map<string, string>();
  const listeners = new Map<string, RequestListener>();
  const server = createServer((request, response) => {
    const customerId = request.url?.split('?')[0]?.slice(1) ?? '';
    const listener = listeners.get(customerId);
    if (listener !== undefined) {
      listener(request, response);
      return;
    }
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const signKey = signKeys.get(customerId);
      const isKnown = signKey === undefined || isSignedBy(signKey, request.headers, body);
      const kind = isKnown ? (kinds.get(customerId) ?? 'accept') : 'unauthorized';
      const answering: Answering = answers[kind];
      response.writeHead(answering.httpStatus, { 'content-type': answering.contentType });
      response.end(answering.body);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (customerId) => `http://127.0.0.1:${port}/${customerId}`,
    answer: (customerId, kind) => kinds.set(customerId, kind),
    handle: (customerId, listener) => listeners.set(customerId, listener),
    requireKey: (customerId, signKey) => signKeys.set(customerId, signKey),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function isSignedBy(key: string, { timestamp, sign }: IncomingHttpHeaders, body: string): boolean {
  const fields = new URLSearchParams(body);
  return verify({ fields, timestamp: String(timestamp), sign: String(sign), keys: [key] }).ok;
}
