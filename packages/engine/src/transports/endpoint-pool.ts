import { type buildConnector, Client } from 'undici';
import type { ConnectTimes } from './connect-times.ts';
import { type ConnectGuard, openGuardedConnection, targetOf } from './guarded-connection.ts';
import type { ExchangeCarrier, HttpExchange } from './http-exchange.ts';

/** What the pools of all endpoints share. */
export interface PoolSurroundings {
  readonly guard: ConnectGuard;
  readonly userAgent: string;
  /** Idle connections of all pools, oldest first. */
  readonly idle: Set<PooledConnection>;
  /** Connections that are closing: what `close` has to wait for. */
  readonly closing: Set<Promise<void>>;
}

/** How many connections may be kept open without a request, over all endpoints; the oldest one goes first. */
const idleConnectionsMax = 1_024;

/**
 * The connections to one URL of one endpoint: as many as requests may be in flight, one request on each at a time,
 * kept for 4 s without use. Endpoints share no connection, so one that hangs holds up no other.
 */
export class EndpointPool {
  readonly url: URL;
  readonly path: string;
  readonly surroundings: PoolSurroundings;
  readonly #onEmpty: () => void;
  readonly #idle: PooledConnection[] = [];
  readonly #busy = new Set<PooledConnection>();
  #waiting: HttpExchange[] = [];

  constructor(url: URL, surroundings: PoolSurroundings, onEmpty: () => void) {
    this.url = url;
    this.path = `${url.pathname}${url.search}`;
    this.surroundings = surroundings;
    this.#onEmpty = onEmpty;
  }

  carry(exchange: HttpExchange): void {
    const { idle } = this.surroundings;
    // The one used last is the one least likely to have been closed by the endpoint meanwhile.
    const reused = this.#idle.pop();
    if (reused !== undefined) idle.delete(reused);
    else if (this.#busy.size >= exchange.request.inFlightMax) {
      exchange.queued();
      this.#waiting.push(exchange);
      return;
    }
    const connection = reused ?? new PooledConnection(this);
    this.#busy.add(connection);
    connection.carry(exchange);
  }

  /** The connection has done its exchange and may do another. */
  takeBack(connection: PooledConnection): void {
    const next = this.#nextWaiting();
    if (next !== undefined) {
      connection.carry(next);
      return;
    }
    this.#busy.delete(connection);
    this.#idle.push(connection);
    const { idle } = this.surroundings;
    idle.add(connection);
    const [oldest] = idle.size > idleConnectionsMax ? idle : [];
    oldest?.discard();
  }

  /** The connection is no more. */
  forget(connection: PooledConnection): void {
    this.#busy.delete(connection);
    this.surroundings.idle.delete(connection);
    const position = this.#idle.indexOf(connection);
    if (position >= 0) this.#idle.splice(position, 1);
    const next = this.#nextWaiting();
    if (next !== undefined) this.carry(next);
    else if (this.#busy.size === 0 && this.#idle.length === 0) this.#onEmpty();
  }

  #nextWaiting(): HttpExchange | undefined {
    let next = this.#waiting.shift();
    while (next?.isSettled) next = this.#waiting.shift();
    return next;
  }
}

/** One undici client, and so at most one socket; it connects when it has something to carry. */
export class PooledConnection implements ExchangeCarrier {
  remoteAddress: string | null = null;
  connectTimes: ConnectTimes | null = null;
  readonly #pool: EndpointPool;
  readonly #client: Client;
  #exchange: HttpExchange | undefined;
  #giveUpConnecting: (() => void) | undefined;
  #isDiscarded = false;

  constructor(pool: EndpointPool) {
    this.#pool = pool;
    this.#client = new Client(pool.url.origin, {
      connect: (_options, callback) => this.#connect(callback),
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: 16_384,
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 30_000,
      // The exchange has a deadline of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client.on('disconnect', () => {
      if (this.#exchange === undefined) this.discard();
    });
  }

  carry(exchange: HttpExchange): void {
    this.#exchange = exchange;
    exchange.carriedBy(this);
    const { userAgent } = this.#pool.surroundings;
    const headers: string[] = ['user-agent', userAgent, 'accept-encoding', 'identity'];
    for (const [name, value] of Object.entries(exchange.request.headers)) headers.push(name, value);
    const { body } = exchange.request;
    this.#client.dispatch({ path: this.#pool.path, method: 'POST', headers, body }, exchange);
  }

  release(): void {
    this.#exchange = undefined;
    this.connectTimes = null;
    this.#pool.takeBack(this);
  }

  discard(): void {
    if (this.#isDiscarded) return;
    this.#isDiscarded = true;
    this.#exchange = undefined;
    this.#giveUpConnecting?.();
    const { closing } = this.#pool.surroundings;
    const closed: Promise<void> = this.#client.destroy().finally(() => closing.delete(closed));
    closing.add(closed);
    this.#pool.forget(this);
  }

  #connect(callback: buildConnector.Callback): void {
    const { url, surroundings } = this.#pool;
    const target = targetOf(url, this.#exchange?.request.connectTimeoutMs ?? 0);
    this.connectTimes = target.times;
    this.#giveUpConnecting = openGuardedConnection(target, surroundings.guard, (failure, socket) => {
      this.#giveUpConnecting = undefined;
      this.remoteAddress = socket?.remoteAddress ?? null;
      if (socket === null) callback(failure ?? new Error('no connection'), null);
      else callback(null, socket);
    });
  }
}
