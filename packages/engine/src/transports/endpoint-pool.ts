import type { ConnectGuard } from './guarded-connection.ts';
import type { HttpExchange } from './http-exchange.ts';
import { PooledConnection } from './pooled-connection.ts';

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
 * kept for some seconds without use. Endpoints share no connection, so one that hangs holds up no other.
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
