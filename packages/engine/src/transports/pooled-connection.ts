import type { Socket } from 'node:net';
import type { ConnectTimes } from './connect-times.ts';
import { encodeRequest } from './encode-request.ts';
import type { EndpointPool } from './endpoint-pool.ts';
import { openGuardedConnection, targetOf } from './guarded-connection.ts';
import type { ExchangeCarrier, HttpExchange } from './http-exchange.ts';
import { MalformedResponse, OversizedHead, ResponseParser } from './response-parser.ts';
import { describeError, requestFailureReason } from './transport-failure.ts';

/** Without a request; what the other side announces is shortened by as much as a packet may take on its way. */
const keptMsByDefault = 4_000;
const keptMsMax = 30_000;
const keptMarginMs = 2_000;

/** One socket, one request at a time; it connects when it has something to carry. */
export class PooledConnection implements ExchangeCarrier {
  remoteAddress: string | null = null;
  connectTimes: ConnectTimes | null = null;
  /** On the monotonic clock; of a connection that is idle. */
  keptUntilMs = 0;
  readonly #pool: EndpointPool;
  #socket: Socket | undefined;
  #exchange: HttpExchange | undefined;
  /** Of the answer to what was sent. */
  #parser: ResponseParser | undefined;
  #giveUpConnecting: (() => void) | undefined;
  #isDiscarded = false;

  constructor(pool: EndpointPool) {
    this.#pool = pool;
  }

  carry(exchange: HttpExchange): void {
    this.#exchange = exchange;
    exchange.carriedBy(this);
    if (this.#socket === undefined) this.#connect(exchange);
    // A turn later, so that an end of the connection that is known by now is seen before anything is written.
    else setImmediate(() => this.#send(exchange));
  }

  release(): void {
    const { isKept = false, keptMs = null } = this.#parser ?? {};
    this.#exchange = undefined;
    this.#parser = undefined;
    this.connectTimes = null;
    const keptForMs = keptMs === null ? keptMsByDefault : Math.min(keptMs - keptMarginMs, keptMsMax);
    if (!isKept || keptForMs <= 0) {
      this.discard();
      return;
    }
    this.keptUntilMs = performance.now() + keptForMs;
    this.#socket?.unref();
    this.#pool.takeBack(this);
  }

  discard(): void {
    if (this.#isDiscarded) return;
    this.#isDiscarded = true;
    this.#exchange = undefined;
    this.#giveUpConnecting?.();
    this.#close();
    this.#pool.forget(this);
  }

  #close(): void {
    const socket = this.#socket;
    if (socket === undefined || socket.closed) return;
    const { closing } = this.#pool.surroundings;
    const { promise, resolve } = Promise.withResolvers<void>();
    closing.add(promise);
    socket.once('close', () => {
      closing.delete(promise);
      resolve();
    });
    socket.destroy();
  }

  #connect(exchange: HttpExchange): void {
    const { url, surroundings } = this.#pool;
    const onBytes = (bytes: Buffer): void => this.#receive(bytes);
    const target = { ...targetOf(url, exchange.request.connectTimeoutMs), onBytes };
    this.connectTimes = target.times;
    this.#giveUpConnecting = openGuardedConnection(target, surroundings.guard, (failure, socket) => {
      this.#giveUpConnecting = undefined;
      if (socket === null) {
        if (failure !== null) exchange.fail(failure.reason, failure.message, failure.remoteAddress);
        return;
      }
      this.remoteAddress = socket.remoteAddress ?? null;
      this.#socket = socket;
      socket.on('error', (error) => this.#end(error));
      socket.on('end', () => this.#end(null));
      socket.on('close', () => this.#end(null));
      this.#send(exchange);
    });
  }

  #send(exchange: HttpExchange): void {
    const socket = this.#socket;
    if (socket === undefined || this.#exchange !== exchange) return;
    const { surroundings, path, url } = this.#pool;
    let request: string | Buffer;
    try {
      const { userAgent } = surroundings;
      request = encodeRequest(exchange.request, { host: url.host, path, userAgent });
    } catch (error) {
      exchange.fail('network', describeError(error as Error));
      return;
    }
    this.#parser = new ResponseParser(exchange);
    exchange.onSent();
    socket.ref();
    socket.write(request, 'latin1');
  }

  #receive(bytes: Buffer): void {
    const exchange = this.#exchange;
    const parser = this.#parser;
    if (exchange === undefined || parser === undefined) {
      // An answer to nothing.
      this.#leave();
      return;
    }
    try {
      parser.read(bytes);
    } catch (error) {
      if (error instanceof MalformedResponse) exchange.fail('malformed-response', error.message);
      else if (error instanceof OversizedHead) exchange.fail('response-too-large', error.message);
      else throw error;
    }
    if (parser.isComplete) exchange.onEnd();
  }

  #end(error: Error | null): void {
    const exchange = this.#exchange;
    if (exchange === undefined || this.#parser === undefined) this.#leave();
    else if (error !== null) exchange.fail(requestFailureReason(error), describeError(error));
    else if (this.#parser.end()) exchange.onEnd();
    else exchange.fail('reset', 'The other side closed the connection.');
  }

  /** Nothing was sent of what it was to carry next: another connection can. */
  #leave(): void {
    const exchange = this.#exchange;
    this.discard();
    if (exchange !== undefined) this.#pool.carry(exchange);
  }
}
