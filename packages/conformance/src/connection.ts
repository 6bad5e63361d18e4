import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';

import { parseReply, type Reply } from './reply.ts';

/** Why there is no answer. */
export type FailureKind = 'connect-failed' | 'closed' | 'time-out' | 'malformed' | 'too-large';

/** Thrown by a connection; the exchange that used it records it. */
export class ExchangeFailure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, detail: string) {
    super(detail);
    this.name = 'ExchangeFailure';
    this.kind = kind;
  }
}

/** One TCP or TLS connection to the endpoint, on which bytes are written as they are. Throws ExchangeFailure. */
export interface Connection {
  /** Stops early when the endpoint answers or closes before everything is written. */
  write(bytes: Uint8Array): Promise<void>;
  /** The next final response; `persistent` tells whether another request may follow. */
  read(): Promise<{ reply: Reply; persistent: boolean }>;
  /** Waits for anything and tells whether it is "100 Continue"; `read` still gives whatever it is. */
  isToldToContinue(): Promise<boolean>;
  /** Ends it and has everything that waits throw `failure`. */
  destroy(failure?: ExchangeFailure): void;
}

/** A connection that may not stand yet. */
export interface Opening {
  readonly opened: Promise<Connection>;
  readonly destroy: Connection['destroy'];
}

const pieceBytes = 16_384;

/** Begins to connect; never throws, but `opened` rejects with an ExchangeFailure. */
export function openConnection(url: URL): Opening {
  const socket = openSocket(url);
  const { changed, state } = watch(socket);
  const destroy = (failure?: ExchangeFailure): void => {
    state.failure ??= failure ?? null;
    socket.destroy();
  };

  async function write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
      while (socket.writableNeedDrain && !isSettled()) await changed();
      if (isSettled()) return;
      socket.write(bytes.subarray(at, at + pieceBytes));
    }
  }

  // A final answer in the middle of the request, or the end of the connection: writing on is pointless.
  function isSettled(): boolean {
    const isAnswered = /^HTTP\/1\.[01] [2-5]/.test(state.received.toString('latin1', 0, 12));
    return isAnswered || state.ended || state.failure !== null;
  }

  async function isToldToContinue(): Promise<boolean> {
    for (;;) {
      const parsed = parseReply(state.received, state.ended);
      if (parsed.kind === 'reply') return parsed.reply.status === 100;
      if (parsed.kind === 'fault' || state.failure !== null || state.ended) return false;
      await changed();
    }
  }

  async function read(): Promise<{ reply: Reply; persistent: boolean }> {
    for (;;) {
      const parsed = parseReply(state.received, state.ended);
      if (parsed.kind === 'fault') throw new ExchangeFailure(parsed.fault, parsed.detail);
      if (parsed.kind === 'reply') {
        state.received = state.received.subarray(state.received.length - parsed.restBytes);
        if (parsed.reply.status >= 200) return parsed;
        continue;
      }
      if (state.failure !== null) throw state.failure;
      if (state.ended) throw new ExchangeFailure('closed', 'the connection was closed without an answer');
      await changed();
    }
  }

  async function open(): Promise<Connection> {
    while (!state.connected) {
      if (state.failure !== null) {
        const { kind, message } = state.failure;
        throw kind === 'closed' ? new ExchangeFailure('connect-failed', message) : state.failure;
      }
      await changed();
    }
    return { write, read, isToldToContinue, destroy };
  }

  return { opened: open(), destroy };
}

function openSocket(url: URL): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'http:') return connectTcp({ host, port: Number(url.port || 80) });
  const servername = isIP(host) === 0 ? host : '';
  return connectTls({ host, port: Number(url.port || 443), servername, ALPNProtocols: ['http/1.1'] });
}

interface Watched {
  connected: boolean;
  received: Buffer;
  ended: boolean;
  failure: ExchangeFailure | null;
}

/** Keeps what a socket has told so far, so that an error that follows an answer does not swallow it. */
function watch(socket: Socket): { state: Watched; changed: () => Promise<void> } {
  const state: Watched = { connected: false, received: Buffer.alloc(0), ended: false, failure: null };
  let next = Promise.withResolvers<void>();
  const tell = (): void => {
    next.resolve();
    next = Promise.withResolvers();
  };
  socket.setNoDelay(true);
  socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
    state.connected = true;
    tell();
  });
  socket.on('data', (chunk: Buffer) => {
    state.received = Buffer.concat([state.received, chunk]);
    tell();
  });
  socket.on('drain', tell);
  socket.on('end', () => {
    state.ended = true;
    tell();
  });
  socket.on('error', (error: Error & { code?: string }) => {
    const detail = error.message === '' ? (error.code ?? 'unknown error') : error.message;
    state.failure ??= new ExchangeFailure('closed', `the connection failed: ${detail}`);
    tell();
  });
  socket.on('close', () => {
    state.ended = true;
    if (!state.connected) state.failure ??= new ExchangeFailure('closed', 'the connection was closed');
    tell();
  });
  return { state, changed: () => next.promise };
}
