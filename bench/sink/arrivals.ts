import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { contend } from '../contend.ts';

/** When each request began to arrive, in milliseconds of the machine's monotonic clock, by its webhook-id. */
export type Arrivals = readonly (readonly [webhookId: string, atMs: number])[];

const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 33\r\n\r\n{"state":200,"payload":"Success"}',
);
const arrivals: [string, number][] = [];

/** An endpoint that notes the time before it looks at what has come. */
async function start(): Promise<{ readonly url: string }> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function serve(socket: Socket): void {
  let startedAtMs: number | undefined;
  let text = '';
  socket.setNoDelay();
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    startedAtMs ??= Number(process.hrtime.bigint()) / 1e6;
    text += chunk.toString('latin1');
    const headEnd = text.indexOf('\r\n\r\n');
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (headEnd === -1 || text.length < headEnd + 4 + length) return;
    arrivals.push([/\r\nwebhook-id: (\S+)/i.exec(text)?.[1] ?? '', startedAtMs]);
    startedAtMs = undefined;
    text = '';
    socket.write(answer);
  });
}

/** What has arrived since it was last asked for. */
async function take(): Promise<Arrivals> {
  return arrivals.splice(0);
}

contend({ start, take });
