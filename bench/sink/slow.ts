import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contend } from '../contend.ts';

/** An endpoint that takes its time, for as many requests as come. */
async function start({
  answerAfterMs,
}: {
  readonly answerAfterMs: number;
}): Promise<{ readonly url: string }> {
  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end('{"state":200,"payload":"Success"}');
    }, answerAfterMs);
  }).listen(0, '127.0.0.1', 4_096);
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

contend({ start });
