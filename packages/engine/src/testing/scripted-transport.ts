import type { Reply, SignedRequest, Transport } from '../ports.ts';

/** A transport whose endpoint is a function: it answers, fails, or takes its time, as a test needs it to. */
export class ScriptedTransport implements Transport {
  readonly requests: SignedRequest[] = [];
  readonly #answer: (request: SignedRequest) => Reply | Promise<Reply>;

  constructor(answer: (request: SignedRequest) => Reply | Promise<Reply>) {
    this.#answer = answer;
  }

  post(request: SignedRequest, signal: AbortSignal): Promise<Reply> {
    this.requests.push(request);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(aborted), { once: true });
      Promise.resolve(this.#answer(request)).then(resolve, reject);
    });
  }
}

const aborted: Reply = {
  kind: 'failure',
  reason: 'aborted',
  detail: 'The sender was stopping.',
  uncertain: true,
  remoteAddress: null,
};

/** An answer of HTTP 200 with an envelope of this state. */
export function answering(state: number, payload = ''): Reply {
  const body = new TextEncoder().encode(JSON.stringify({ state, payload }));
  return { kind: 'response', httpStatus: 200, retryAfter: null, body, remoteAddress: null };
}
