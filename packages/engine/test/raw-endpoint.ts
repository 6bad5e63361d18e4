import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface RawEndpoint {
  readonly port: number;
  readonly url: string;
  /** Each complete request as it came, head and body. */
  readonly requests: string[];
  /** How many connections were ever accepted. */
  readonly connectionCount: () => number;
  readonly bytesReceived: () => number;
  readonly openSockets: ReadonlySet<Socket>;
  /** Resolves when nobody is connected any more. */
  readonly deserted: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface RawEndpointScript {
  /** Called for each complete request; `index` counts them from 0. */
  readonly onRequest?: (socket: Socket, request: string, index: number) => void;
  readonly onConnection?: (socket: Socket) => void;
  readonly tls?: TlsOptions;
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
}

/** A server on a free port that answers byte by byte as a test says, also against the protocol. */
export async function startRawEndpoint(script: RawEndpointScript): Promise<RawEndpoint> {
  const requests: string[] = [];
  const openSockets = new Set<Socket>();
  let connections = 0;
  let bytes = 0;

  const accept = (socket: Socket): void => {
    connections += 1;
    openSockets.add(socket);
    socket.on('close', () => openSockets.delete(socket));
    socket.on('error', () => {});
    script.onConnection?.(socket);
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      received += chunk.toString('latin1');
      const headEnd = received.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (headEnd < 0 || received.length < headEnd + 4 + length) return;
      const request = received.slice(0, headEnd + 4 + length);
      received = received.slice(request.length);
      const index = requests.push(request) - 1;
      script.onRequest?.(socket, request, index);
    });
  };

  const server: Server = script.tls ? createTlsServer(script.tls, accept) : createServer(accept);
  server.on('tlsClientError', () => {});
  server.listen(script.port ?? 0, script.host ?? '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    port: address.port,
    url: `${script.tls ? 'https' : 'http'}://127.0.0.1:${address.port}/notify?customer=1`,
    requests,
    connectionCount: () => connections,
    bytesReceived: () => bytes,
    openSockets,
    deserted: async () => {
      // Not events.once: it rejects on a reset, which is as good an end as any.
      const ends = [...openSockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      await Promise.all(ends);
    },
    close: async () => {
      for (const socket of openSockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An ordinary answer with a Content-Length. */
export function answer(
  body = '{"state":200,"payload":""}',
  status = '200 OK',
  headers: readonly string[] = [],
): string {
  const head = [`HTTP/1.1 ${status}`, `content-length: ${Buffer.byteLength(body)}`, ...headers];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
