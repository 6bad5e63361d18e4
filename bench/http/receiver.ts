import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReceiver } from '@doorbell/receiver';
import { nodeHandler } from '@doorbell/receiver/node';
import { contend } from '../contend.ts';
import { customerIds, endpointOf } from '../workload.ts';

/** The adapter as the README shows it, its memory of what was handled included, and a handler that does nothing. */
async function start(): Promise<{ readonly url: string }> {
  const receiver = createReceiver({
    signKeys: endpointOf(customerIds[0], '').signKey ?? '',
    onChange: () => undefined,
  });
  const server = createServer(nodeHandler(receiver)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

contend({ start });
