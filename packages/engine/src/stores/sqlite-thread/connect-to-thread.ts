import type { Settlement } from '../../lane.ts';
import type { ClaimRequest } from '../../ports.ts';
import { StoreBroken } from '../sqlite/group-commit.ts';
import type { Answer, Call, FromThread } from './messages.ts';
import type { SqliteThreadStore } from './open.ts';
import { type PackedClaim, unpackClaim } from './packed-claim.ts';
import { unpackError } from './packed-error.ts';
import { packSettlement } from './packed-settlement.ts';

/** A worker, or one of several ports to it. */
interface ThreadPort {
  on(event: 'message' | 'error' | 'exit' | 'close', listener: (value: unknown) => void): unknown;
  postMessage(message: unknown): void;
  ref(): void;
  unref(): void;
}

/** The store that the thread serves; see `serveStore`. Rejects with what kept it from opening. */
export function connectToThread(port: ThreadPort): Promise<SqliteThreadStore> {
  const { promise, resolve, reject } = Promise.withResolvers<SqliteThreadStore>();
  const thread = new StoreThread(port, resolve, reject);
  const end = (): void => thread.end(new Error('The thread of the database has ended.'));
  port.on('message', (message) => thread.receive(message as FromThread));
  port.on('error', (error) => thread.end(error as Error));
  port.on('exit', end);
  port.on('close', end);
  return promise;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One that the thread works at, and one for it to go on with: with more of them each commit would hold less. */
const messagesUnderWayMax = 2;

class StoreThread {
  readonly #port: ThreadPort;
  readonly #opened: (store: SqliteThreadStore) => void;
  readonly #refused: (error: Error) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #breaking = Promise.withResolvers<Error>();
  #calls: Call[] = [];
  #isScheduled = false;
  #messagesUnderWay = 0;
  #lastId = 0;
  #closing: Promise<void> | undefined;
  #ended: Error | undefined;

  constructor(port: ThreadPort, opened: (store: SqliteThreadStore) => void, refused: (error: Error) => void) {
    this.#port = port;
    this.#opened = opened;
    this.#refused = refused;
  }

  receive(message: FromThread): void {
    if (message.kind === 'answers') this.#receiveAnswers(message.answers, message.handled);
    else if (message.kind === 'opened') this.#opened(this.#storeWith(message.methods));
    else if (message.kind === 'refused') this.#refused(unpackError(message.error));
    else this.#breaking.resolve(unpackError(message.error));
  }

  /** No call will be answered any more. What was under way may have been committed or not. */
  end(cause: Error): void {
    const ended = new StoreBroken(cause);
    this.#ended ??= ended;
    this.#refused(ended);
    for (const { reject } of this.#waiting.values()) reject(ended);
    this.#waiting.clear();
    if (this.#closing === undefined) this.#breaking.resolve(ended);
  }

  #storeWith(methods: readonly string[]): SqliteThreadStore {
    // Like a database in this thread, it does not by itself keep the process from ending.
    this.#port.unref();
    const calls = methods.map((method) => [method, (...values: unknown[]) => this.#call(method, values)]);
    return {
      ...Object.fromEntries(calls),
      claim: async (request: ClaimRequest) => {
        const claims = (await this.#call('claim', [request])) as readonly PackedClaim[];
        return claims.map(unpackClaim);
      },
      settle: (settlements: readonly Settlement[]) => this.#call('settle', [settlements.map(packSettlement)]),
      broken: this.#breaking.promise,
      close: () => this.#close(),
    };
  }

  #close(): Promise<void> {
    this.#closing ??= this.#call('close', []).then(() => undefined);
    return this.#closing;
  }

  #call(method: string, values: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      if (this.#waiting.size === 0) this.#port.ref();
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      this.#calls.push({ id: this.#lastId, method, arguments: values });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  /** All calls of one turn in one message, so that one commit can hold them. */
  #send(): void {
    if (this.#calls.length === 0 || this.#messagesUnderWay === messagesUnderWayMax) return;
    this.#messagesUnderWay += 1;
    this.#port.postMessage(this.#calls);
    this.#calls = [];
  }

  #receiveAnswers(answers: readonly Answer[], handled: number): void {
    this.#messagesUnderWay -= handled;
    for (const answer of answers) this.#answer(answer);
    // What waited goes together with what these answers lead to.
    this.#schedule();
  }

  #answer({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#port.unref();
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(unpackError(error));
  }
}
