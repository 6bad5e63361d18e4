import { isIP, type LookupFunction, type Socket, connect as tcpConnect } from 'node:net';
import { type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { NetworkPolicy } from '../network-policy.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { ConnectTimes } from './connect-times.ts';
import type { ResolveHost } from './resolve-host.ts';
import { connectFailureReason, describeError } from './transport-failure.ts';

export interface ConnectTarget {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly timeoutMs: number;
  /** Written as the connection comes about. */
  readonly times: ConnectTimes;
}

export function targetOf({ protocol, hostname, port }: URL, timeoutMs: number): ConnectTarget {
  const isSecure = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const unknown = { startedMs: 0, resolvedMs: 0, connectedMs: 0, securedMs: 0 };
  const times = { ...unknown, isNamed: isIP(host) === 0, isSecure };
  return { host, port: Number(port) || (isSecure ? 443 : 80), isSecure, timeoutMs, times };
}

export interface ConnectGuard {
  readonly policy: NetworkPolicy;
  readonly resolve: ResolveHost;
  readonly secureContext: () => SecureContext;
}

export type ConnectCallback = (failure: ConnectFailure | null, socket: Socket | TLSSocket | null) => void;

/**
 * Opens one connection to an address that the policy allows: the literal or every resolved address is checked before
 * anything is sent, and the peer once more when connected, so that a name cannot be bound to another address meanwhile.
 * Calls back once. Returns a function that gives up without calling back.
 */
export function openGuardedConnection(
  target: ConnectTarget,
  guard: ConnectGuard,
  done: ConnectCallback,
): () => void {
  const { times } = target;
  times.startedMs = performance.now();
  let stage = 'resolving the name';
  let socket: Socket | undefined;
  let isOver = false;

  const finish = (failure: ConnectFailure | null, ready: Socket | TLSSocket | null): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    if (failure !== null) socket?.destroy();
    done(failure, ready);
  };
  const fail = (failure: ConnectFailure): void => finish(failure, null);

  const timer = setTimeout(() => {
    const reason = socket === undefined ? 'dns' : 'connect-timeout';
    fail(new ConnectFailure(reason, `No connection within ${target.timeoutMs} ms: still ${stage}.`));
  }, target.timeoutMs);

  const secure = (plain: Socket): void => {
    stage = 'in the TLS handshake';
    const secured = openTls(plain, target, guard.secureContext());
    secured.once('secureConnect', () => {
      times.securedMs = performance.now();
      finish(null, secured);
    });
    secured.once('error', (error) =>
      fail(new ConnectFailure('tls', describeError(error), plain.remoteAddress ?? null)),
    );
  };

  const open = (addresses: readonly string[]): void => {
    stage = 'connecting';
    times.resolvedMs = performance.now();
    const plain = openTcp(addresses, target);
    socket = plain;
    plain.once('connect', () => {
      times.connectedMs = performance.now();
      const peer = plain.remoteAddress ?? '';
      const refusal = guard.policy.findRefusal(peer);
      if (refusal !== undefined) fail(blocked(`${peer} may not be called: it is ${refusal}.`, peer));
      else if (target.isSecure) secure(plain);
      else finish(null, plain);
    });
    plain.on('error', (error) => {
      fail(
        new ConnectFailure(
          connectFailureReason(error),
          describeError(error),
          attemptedAddress(error, addresses),
        ),
      );
    });
  };

  resolveAllowed(target.host, guard, (failure, addresses) => {
    if (isOver) return;
    if (failure === null) open(addresses);
    else fail(failure);
  });

  return () => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    socket?.destroy();
  };
}

/** Calls back at once for a literal, so that the common case costs no turn of the event loop. */
function resolveAllowed(
  host: string,
  { policy, resolve }: ConnectGuard,
  callback: (failure: ConnectFailure | null, addresses: readonly string[]) => void,
): void {
  const sift = (addresses: readonly string[]): void => {
    const allowed = addresses.filter((address) => policy.isAllowedAddress(address));
    const [first] = addresses;
    if (allowed.length > 0) callback(null, allowed);
    else if (first === undefined) callback(new ConnectFailure('dns', `${host} has no address.`), []);
    else
      callback(
        blocked(`${host} is ${first}, which may not be called: it is ${policy.findRefusal(first)}.`, first),
        [],
      );
  };
  if (isIP(host) !== 0) {
    sift([host]);
    return;
  }
  resolve(host).then(sift, (error: unknown) => {
    callback(new ConnectFailure('dns', error instanceof Error ? describeError(error) : String(error)), []);
  });
}

function openTcp(addresses: readonly string[], { host, port, timeoutMs }: ConnectTarget): Socket {
  const [only = ''] = addresses;
  if (addresses.length === 1) return tcpConnect({ host: only, port, noDelay: true });
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_name, _options, callback) => callback(null, answers);
  // Node's default of 250 ms for each address but the last would never reach an endpoint across an ocean.
  const autoSelectFamilyAttemptTimeout = Math.max(250, Math.floor(timeoutMs / 3));
  return tcpConnect({
    host,
    port,
    noDelay: true,
    lookup,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout,
  });
}

function openTls(plain: Socket, { host }: ConnectTarget, secureContext: SecureContext): TLSSocket {
  // A certificate names the host without the trailing dot of a fully qualified name.
  const name = host.replace(/\.$/, '');
  return tlsConnect({
    socket: plain,
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    secureContext,
    ALPNProtocols: ['http/1.1'],
    // Explicit, because NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default.
    rejectUnauthorized: true,
  });
}

function blocked(detail: string, address: string): ConnectFailure {
  return new ConnectFailure('blocked-address', detail, address);
}

function attemptedAddress(
  error: Error & { readonly address?: unknown },
  addresses: readonly string[],
): string | null {
  return typeof error.address === 'string' ? error.address : (addresses[0] ?? null);
}
