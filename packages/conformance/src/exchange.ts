import type { Clock } from './clock.ts';
import {
  type Connect,
  ExchangeFailure,
  type FailureKind,
  type Opening,
  openConnection,
} from './connection.ts';
import type { Reply } from './reply.ts';
import { renderHead, type WireRequest } from './wire-request.ts';
import { writeRequest } from './write-request.ts';

/** One request and what came of it. */
export interface Exchange {
  readonly request: WireRequest;
  readonly reply: Reply | null;
  /** Why there is no reply. */
  readonly failure: { readonly kind: FailureKind; readonly detail: string } | null;
  readonly durationMs: number;
}

/** Sends requests to one URL. What an endpoint does is never an exception here, and nothing outlasts the limit. */
export interface Transport {
  /** On a connection of its own. */
  send(request: WireRequest): Promise<Exchange>;
  /** One after the other on one connection, or on a new one where the endpoint closes it. */
  sendInTurn(requests: readonly WireRequest[]): Promise<readonly Exchange[]>;
  /** Sends the head and half of the body, and goes away. */
  abandon(request: WireRequest): Promise<void>;
  /** Whether something accepts connections; `detail` says why not. */
  reach(): Promise<{ ok: true } | { ok: false; detail: string }>;
}

/** Long enough for written bytes to leave before a connection is torn down. */
const lingerMs = 40;
const reachTimeoutMs = 3000;

export interface TransportOptions {
  readonly url: URL;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly connect?: Connect | undefined;
  /** Ends what is under way, and everything that comes after, at once. */
  readonly signal?: AbortSignal | undefined;
}

export function createTransport(options: TransportOptions): Transport {
  const { url, clock, timeoutMs, connect, signal } = options;

  const within = <T>(limitMs: number, opening: Opening, work: () => Promise<T>): Promise<T> =>
    endedInTime({ clock, signal, limitMs, opening }, work);

  async function exchange(opening: Opening, request: WireRequest, persistent: boolean): Promise<Recorded> {
    const startedMs = clock.monotonicMs();
    const durationMs = (): number => Math.round(clock.monotonicMs() - startedMs);
    try {
      const answer = await within(timeoutMs, opening, async () => {
        const connection = await opening.opened;
        await writeRequest({ connection, request, url, persistent, clock });
        return connection.read();
      });
      return {
        request,
        reply: answer.reply,
        failure: null,
        durationMs: durationMs(),
        open: answer.persistent,
      };
    } catch (error) {
      if (!(error instanceof ExchangeFailure)) throw error;
      const failure = { kind: error.kind, detail: error.message };
      return { request, reply: null, failure, durationMs: durationMs(), open: false };
    }
  }

  /** On one connection, until the endpoint closes it; the last recorded one is not open unless all were sent. */
  async function sendWhileOpen(requests: readonly WireRequest[], exchanges: Exchange[]): Promise<void> {
    const opening = openConnection(url, connect);
    try {
      for (const [index, request] of requests.entries()) {
        const { open, ...recorded } = await exchange(opening, request, true);
        // An endpoint may close an idle connection at any time; a sender then tries on a new one.
        if (index > 0 && recorded.failure?.kind === 'closed') return;
        exchanges.push(recorded);
        if (!open) return;
      }
    } finally {
      opening.destroy();
    }
  }

  return {
    async send(request) {
      const opening = openConnection(url, connect);
      const { open: _open, ...recorded } = await exchange(opening, request, false);
      opening.destroy();
      return recorded;
    },

    async sendInTurn(requests) {
      const exchanges: Exchange[] = [];
      while (exchanges.length < requests.length) {
        await sendWhileOpen(requests.slice(exchanges.length), exchanges);
      }
      return exchanges;
    },

    async abandon(request) {
      const opening = openConnection(url, connect);
      const half = request.body.subarray(0, request.body.byteLength / 2);
      const bytes = Buffer.concat([renderHead(request, url, false), half]);
      await within(timeoutMs, opening, async () => (await opening.opened).write(bytes)).catch(toDetail);
      await clock.sleep(lingerMs, new AbortController().signal);
      opening.destroy();
    },

    async reach() {
      const opening = openConnection(url, connect);
      const limitMs = Math.min(reachTimeoutMs, timeoutMs);
      const detail = await within(limitMs, opening, () => opening.opened).then(() => null, toDetail);
      opening.destroy();
      return detail === null ? { ok: true } : { ok: false, detail };
    },
  };
}

interface Limited {
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly limitMs: number;
  readonly opening: Opening;
}

/** Has everything that waits on this connection fail when the time is up, or the run is ended. */
async function endedInTime<T>(
  { clock, signal, limitMs, opening }: Limited,
  work: () => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  void clock.sleep(limitMs, stop.signal).then(() => {
    if (stop.signal.aborted) return;
    opening.destroy(new ExchangeFailure('time-out', `there was no answer within ${limitMs} ms`));
  });
  const end = (): void => opening.destroy(new ExchangeFailure('closed', 'the run was ended'));
  signal?.addEventListener('abort', end, { signal: stop.signal });
  if (signal?.aborted) end();
  try {
    return await work();
  } finally {
    stop.abort();
  }
}

type Recorded = Exchange & { readonly open: boolean };

function toDetail(error: unknown): string {
  if (error instanceof ExchangeFailure) return error.message;
  throw error;
}
