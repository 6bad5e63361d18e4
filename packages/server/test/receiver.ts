import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

interface Envelope {
  readonly state: number;
  readonly payload: string;
}

export interface Receiver {
  readonly url: string;
  readonly requests: readonly { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  answerWith(envelope: Envelope): void;
  /** Keeps answers back until released. */
  hold(): { release(): void };
}

/** An endpoint of a customer on a real socket, that keeps what it gets and answers as it is told. */
export async function startReceiver(
  envelope: Envelope = { state: 200, payload: 'Success' },
): Promise<Receiver> {
  const requests: { headers: IncomingHttpHeaders; body: string }[] = [];
  let answer = envelope;
  let gate = Promise.resolve();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      requests.push({ headers: request.headers, body });
      response.setHeader('content-type', 'application/json');
      void gate.then(() => response.end(JSON.stringify(answer)));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/doorbell`,
    requests,
    answerWith: (next) => {
      answer = next;
    },
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return { release: resolve };
    },
  };
}

/** Asks again until there is something; the test's own time limit ends it. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(10);
  }
}
