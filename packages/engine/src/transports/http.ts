import { createSecureContext, type SecureContext } from 'node:tls';
import type { NetworkPolicy } from '../network-policy.ts';
import type { Reply, SignedRequest, Transport } from '../ports.ts';
import { ConnectFailure } from './connect-failure.ts';
import { EndpointPool, type PoolSurroundings } from './endpoint-pool.ts';
import { type ConnectCallback, openGuardedConnection, targetOf } from './guarded-connection.ts';
import { HttpExchange } from './http-exchange.ts';
import { createHostResolver, type ResolveHost } from './resolve-host.ts';

export interface HttpTransportOptions {
  readonly policy: NetworkPolicy;
  readonly userAgent: string;
  /** Default: the hosts file and the name servers of this machine. */
  readonly resolve?: ResolveHost;
}

export interface HttpTransport extends Transport {
  /**
   * Opens one connection as `post` does, under the same rules for URLs and addresses, for who has bytes of its own to send.
   * Calls back once. Returns a function that gives up without calling back.
   */
  connect(url: URL, timeoutMs: number, done: ConnectCallback): () => void;
  /** Ends what is under way as 'aborted' and closes every connection. */
  close(): Promise<void>;
}

/**
 * Posts over HTTP/1.1 to addresses that the policy allows. Follows no redirect, decodes no content coding, reads at most
 * 64 KiB of an answer, and never sends a request a second time by itself.
 */
export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const resolver = options.resolve === undefined ? createHostResolver() : undefined;
  let secureContext: SecureContext | undefined;
  const surroundings: PoolSurroundings = {
    guard: {
      policy: options.policy,
      resolve: options.resolve ?? resolver?.resolve ?? (() => Promise.resolve([])),
      secureContext: () => {
        secureContext ??= createSecureContext({ minVersion: 'TLSv1.2' });
        return secureContext;
      },
    },
    userAgent: options.userAgent,
    idle: new Set(),
    closing: new Set(),
  };
  return new PoolingTransport(options.policy, surroundings, () => resolver?.cancel());
}

class PoolingTransport implements HttpTransport {
  readonly #policy: NetworkPolicy;
  readonly #surroundings: PoolSurroundings;
  readonly #cancelQueries: () => void;
  readonly #pools = new Map<string, EndpointPool>();
  readonly #underWay = new Set<HttpExchange>();
  /** One listener for each signal: with one for each request, adding to a shared signal would take linear time. */
  readonly #bySignal = new WeakMap<AbortSignal, Set<HttpExchange>>();
  #isClosed = false;

  constructor(policy: NetworkPolicy, surroundings: PoolSurroundings, cancelQueries: () => void) {
    this.#policy = policy;
    this.#surroundings = surroundings;
    this.#cancelQueries = cancelQueries;
  }

  post(request: SignedRequest, signal: AbortSignal): Promise<Reply> {
    const exchange = new HttpExchange(request);
    const ofSignal = this.#exchangesOf(signal);
    this.#underWay.add(exchange);
    ofSignal.add(exchange);
    exchange.onSettled = () => {
      this.#underWay.delete(exchange);
      ofSignal.delete(exchange);
    };
    if (signal.aborted || this.#isClosed) exchange.fail('aborted', 'The sender was stopping.');
    else this.#findPool(exchange)?.carry(exchange);
    return exchange.reply;
  }

  connect(url: URL, timeoutMs: number, done: ConnectCallback): () => void {
    const check = this.#policy.checkUrl(url.href);
    if (check.ok) return openGuardedConnection(targetOf(url, timeoutMs), this.#surroundings.guard, done);
    done(new ConnectFailure('blocked-address', check.detail), null);
    return () => {};
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const exchange of this.#underWay) exchange.fail('aborted', 'The sender was stopping.');
    for (const connection of this.#surroundings.idle) connection.discard();
    this.#cancelQueries();
    await Promise.all(this.#surroundings.closing);
  }

  /** Fails the exchange when its URL may not be called. */
  #findPool(exchange: HttpExchange): EndpointPool | undefined {
    const { endpointId, url } = exchange.request;
    const key = `${endpointId} ${url}`;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const check = this.#policy.checkUrl(url);
    if (!check.ok) {
      exchange.fail('blocked-address', check.detail);
      return undefined;
    }
    const pool = new EndpointPool(new URL(check.url), this.#surroundings, () => this.#pools.delete(key));
    this.#pools.set(key, pool);
    return pool;
  }

  #exchangesOf(signal: AbortSignal): Set<HttpExchange> {
    let exchanges = this.#bySignal.get(signal);
    if (exchanges === undefined) {
      const created = new Set<HttpExchange>();
      signal.addEventListener(
        'abort',
        () => {
          for (const exchange of created) exchange.fail('aborted', 'The sender was stopping.');
        },
        { once: true },
      );
      this.#bySignal.set(signal, created);
      exchanges = created;
    }
    return exchanges;
  }
}
