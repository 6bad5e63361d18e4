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

/**
 * Opens a socket to the host of the URL, with TLS where the URL asks for it, and calls back once. Returns a function that
 * gives up without calling back, and may be called at any time. Whoever runs the kit for others decides here which addresses may be called.
 */
export type Connect = (url: URL, done: (failure: Error | null, socket: Socket | null) => void) => () => void;

const pieceBytes = 16_384;

/** Begins to connect; never throws, but `opened` rejects with an ExchangeFailure. */
export function openConnection(url: URL, connect: Connect = connectDirectly): Opening {
  const { changed, state, fail, take } = watch();
  let socket: Socket | undefined;
  const giveUp = connect(url, (failure, connected) => {
    if (connected === null) fail(failure ?? new Error('no connection'));
    else {
      socket = connected;
      take(connected);
    }
  });
  const destroy = (failure?: ExchangeFailure): void => {
    state.failure ??= failure ?? null;
    giveUp();
    if (socket === undefined) fail(new Error('given up'));
    else socket.destroy();
  };

  async function write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
      while (socket?.writableNeedDrain && !isSettled()) await changed();
      if (isSettled()) return;
      socket?.write(bytes.subarray(at, at + pieceBytes));
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

/** To whatever address the name has. */
const connectDirectly: Connect = (url, done) => {
  const socket = openSocket(url);
  const isSecure = socket instanceof TLSSocket;
  const fail = (error: Error): void => done(error, null);
  socket.once('error', fail);
  socket.once(isSecure ? 'secureConnect' : 'connect', () => {
    socket.off('error', fail);
    done(null, socket);
  });
  return () => socket.destroy();
};

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

interface Watch {
  readonly state: Watched;
  readonly changed: () => Promise<void>;
  /** There will be no socket, or it has failed. */
  readonly fail: (error: Error & { readonly code?: string }) => void;
  /** Here is the socket. */
  readonly take: (socket: Socket) => void;
}

/** Keeps what a socket has told so far, so that an error that follows an answer does not swallow it. */
function watch(): Watch {
  const state: Watched = { connected: false, received: Buffer.alloc(0), ended: false, failure: null };
  let next = Promise.withResolvers<void>();
  const tell = (): void => {
    next.resolve();
    next = Promise.withResolvers();
  };
  const fail: Watch['fail'] = (error) => {
    const detail = error.message === '' ? (error.code ?? 'unknown error') : error.message;
    state.failure ??= new ExchangeFailure('closed', `the connection failed: ${detail}`);
    tell();
  };
  const take = (socket: Socket): void => {
    state.connected = true;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      state.received = Buffer.concat([state.received, chunk]);
      tell();
    });
    socket.on('drain', tell);
    socket.on('end', () => {
      state.ended = true;
      tell();
    });
    socket.on('error', fail);
    socket.on('close', () => {
      state.ended = true;
      tell();
    });
    tell();
  };
  return { state, changed: () => next.promise, fail, take };
}
