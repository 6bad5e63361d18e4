import { setTimeout as sleep } from 'node:timers/promises';

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

const timeoutMs = 10_000;
const retryMs = 200;
const triesMax = 200;

/** Doorbell's HTTP API as a program of the platform calls it. */
export class ApiAccess {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  /** Rejects when no answer came. */
  async call(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  /** For what may be asked twice: until it is answered with 2xx. */
  async insist<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.call(method, path, body).catch((error: Error) => ({
        status: 0,
        body: error.message,
      }));
      if (answer.status >= 200 && answer.status < 300) return answer.body as Body;
      const isRefused = answer.status >= 400 && answer.status < 500;
      if (isRefused || tries >= triesMax) {
        throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      }
      await sleep(retryMs);
    }
  }
}
