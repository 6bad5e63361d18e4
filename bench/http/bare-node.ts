import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contend } from '../contend.ts';

const answer = '{"state":200,"payload":"Success"}';

/** Reads the body and answers a constant. */
async function start(): Promise<{ readonly url: string }> {
  const server = createServer((request, response) => {
    request.on('data', () => undefined);
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

contend({ start });
