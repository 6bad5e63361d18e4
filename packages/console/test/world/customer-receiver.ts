import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answering, type AnsweringKind, answers } from './answers.ts';

/** A customer's endpoint on a real socket; how it answers is told by its path, and can be changed. */
export interface CustomerReceiver {
  urlOf(customerId: string): string;
  /** From now on. */
  answer(customerId: string, kind: AnsweringKind): void;
  readonly bodies: readonly string[];
  close(): void;
}

export async function startCustomerReceiver(): Promise<CustomerReceiver> {
  const kinds = new Map<string, AnsweringKind>();
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push(body);
      const answering: Answering = answers[kinds.get(request.url?.slice(1) ?? '') ?? 'accept'];
      response.writeHead(answering.httpStatus, { 'content-type': answering.contentType });
      response.end(answering.body);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (customerId) => `http://127.0.0.1:${port}/${customerId}`,
    answer: (customerId, kind) => kinds.set(customerId, kind),
    bodies,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
