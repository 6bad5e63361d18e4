import type { Dispatcher } from 'undici';
import type { Reply, SignedRequest, TransportFailure } from '../ports.ts';
import { encodeTimings } from '../timings.ts';
import { ConnectFailure } from './connect-failure.ts';
import { type ConnectTimes, stepsOf } from './connect-times.ts';
import { describeError, requestFailureReason } from './transport-failure.ts';

/** How many bytes of an answer's body are read; one more ends the exchange and its connection. */
const responseBytesMax = 65_536;

/** What an exchange needs of the connection that carries it. */
export interface ExchangeCarrier {
  readonly remoteAddress: string | null;
  /** Of the connection that was opened for this exchange; null when it was kept from an earlier one. */
  readonly connectTimes: ConnectTimes | null;
  /** The answer is complete; whether the connection lives on is its own business. */
  release(): void;
  /** The exchange failed, and nothing may be sent or received on this connection any more. */
  discard(): void;
}

/** One request and what came of it: undici's handler, the total deadline, and the promise of the reply. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly request: SignedRequest;
  readonly reply: Promise<Reply>;
  /** Called once, when the reply is known. */
  onSettled: (() => void) | undefined;

  #settle: (reply: Reply) => void = () => {};
  #timer: NodeJS.Timeout;
  #carrier: ExchangeCarrier | undefined;
  #isSettled = false;
  #isStarted = false;
  #httpStatus = 0;
  #retryAfter: string | null = null;
  #chunks: Buffer[] = [];
  #bodyBytes = 0;
  // On the monotonic clock; 0 where it did not get so far. On a kept connection only three of these are read.
  #queuedMs = 0;
  #carriedMs = 0;
  #requestedMs = 0;
  #answeredMs = 0;

  constructor(request: SignedRequest) {
    this.request = request;
    this.reply = new Promise((resolve) => {
      this.#settle = resolve;
    });
    // Timers of one duration share a list in Node, so one for each request costs less than a microsecond. undici's own
    // timeouts would not do: they start anew with every byte, and a slow drip never ends.
    this.#timer = setTimeout(expire, request.totalTimeoutMs, this);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** It has to wait for a connection to be free. */
  queued(): void {
    this.#queuedMs = performance.now();
  }

  carriedBy(carrier: ExchangeCarrier): void {
    if (this.#queuedMs !== 0) this.#carriedMs = performance.now();
    this.#carrier = carrier;
  }

  /** Ends the exchange, and the connection that carries it, with a failure; the first end counts. */
  fail(reason: TransportFailure, detail: string, remoteAddress: string | null = null): void {
    if (this.#isSettled) return;
    const address = remoteAddress ?? this.#carrier?.remoteAddress ?? null;
    this.#end({ kind: 'failure', reason, detail, uncertain: this.#isStarted, remoteAddress: address });
    this.#carrier?.discard();
  }

  onRequestStart(): void {
    // undici starts a request again when it thinks that the first start did not count; a POST is never sent twice.
    if (this.#isStarted) {
      this.fail('reset', 'The connection was lost after the request was begun.');
      throw new Error('not sent again');
    }
    this.#isStarted = true;
    this.#requestedMs = performance.now();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (statusCode < 200) return;
    this.#answeredMs = performance.now();
    this.#httpStatus = statusCode;
    this.#retryAfter = firstOf(headers['retry-after']) ?? null;
    const announced = Number(firstOf(headers['content-length']) ?? 0);
    if (announced > responseBytesMax) this.#failTooLarge(`announced ${announced} bytes`);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) return;
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > responseBytesMax) this.#failTooLarge('sent more');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#isSettled) return;
    // Copied even when it is one chunk: that would keep the socket's whole read buffer in memory.
    const body = Buffer.concat(this.#chunks, this.#bodyBytes);
    const remoteAddress = this.#carrier?.remoteAddress ?? null;
    this.#end({
      kind: 'response',
      httpStatus: this.#httpStatus,
      retryAfter: this.#retryAfter,
      body,
      remoteAddress,
    });
    this.#carrier?.release();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (error instanceof ConnectFailure) this.fail(error.reason, error.message, error.remoteAddress);
    else this.fail(this.#isStarted ? requestFailureReason(error) : 'network', describeError(error));
  }

  #failTooLarge(what: string): void {
    this.fail(
      'response-too-large',
      `The endpoint ${what}; at most ${responseBytesMax} bytes of an answer are read.`,
    );
  }

  /** The step under way counts up to now: what a time-out waited for is what one wants to know. */
  #timings(): string {
    const endMs = performance.now();
    const steps = this.#carrier?.connectTimes;
    const queuedMs = this.#queuedMs === 0 ? null : (this.#carriedMs || endMs) - this.#queuedMs;
    const waitMs = this.#requestedMs === 0 ? null : (this.#answeredMs || endMs) - this.#requestedMs;
    const downloadMs = this.#answeredMs === 0 ? null : endMs - this.#answeredMs;
    const opening = steps ? stepsOf(steps, endMs) : kept;
    return encodeTimings({ queuedMs, ...opening, waitMs, downloadMs });
  }

  #end(outcome: Reply): void {
    const reply = { ...outcome, timings: this.#timings() };
    this.#isSettled = true;
    this.#chunks = [];
    clearTimeout(this.#timer);
    this.onSettled?.();
    this.#settle(reply);
  }
}

const kept = { dnsMs: null, connectMs: null, tlsMs: null };

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function expire(exchange: HttpExchange): void {
  exchange.fail('timeout', `No complete answer within ${exchange.request.totalTimeoutMs} ms.`);
}
