import type { Reply, SignedRequest, TransportFailure } from '../ports.ts';
import { encodeTimings } from '../timings.ts';
import { type ConnectTimes, stepsOf } from './connect-times.ts';
import type { ResponseSink } from './response-parser.ts';

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

/** One request and what came of it: what is read of the answer, the total deadline, and the promise of the reply. */
export class HttpExchange implements ResponseSink {
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
  #parts: Buffer[] = [];
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
    // Timers of one duration share a list in Node, so one for each request costs less than a microsecond.
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

  /** From here on the endpoint may have got it. */
  onSent(): void {
    this.#isStarted = true;
    this.#requestedMs = performance.now();
  }

  onHead(httpStatus: number, retryAfter: string | null, bodyBytes: number | null): void {
    this.#answeredMs = performance.now();
    this.#httpStatus = httpStatus;
    this.#retryAfter = retryAfter;
    if (bodyBytes !== null && bodyBytes > responseBytesMax)
      this.#failTooLarge(`announced ${bodyBytes} bytes`);
  }

  onBody(part: Buffer): void {
    if (this.#isSettled) return;
    this.#bodyBytes += part.length;
    if (this.#bodyBytes > responseBytesMax) this.#failTooLarge('sent more');
    else this.#parts.push(Buffer.from(part));
  }

  onEnd(): void {
    if (this.#isSettled) return;
    const [first] = this.#parts;
    const body = this.#parts.length === 1 && first !== undefined ? first : Buffer.concat(this.#parts);
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
    this.#parts = [];
    clearTimeout(this.#timer);
    this.onSettled?.();
    this.#settle(reply);
  }
}

const kept = { dnsMs: null, connectMs: null, tlsMs: null };

function expire(exchange: HttpExchange): void {
  exchange.fail('timeout', `No complete answer within ${exchange.request.totalTimeoutMs} ms.`);
}
