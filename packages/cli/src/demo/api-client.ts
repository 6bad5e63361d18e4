/** A caller of Doorbell's own HTTP API. */
export interface ApiClient {
  readonly baseUrl: string;
  /** Throws, with the problem the server named, for every answer that is no 2xx. */
  call<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<T>;
}

interface Problem {
  readonly detail?: string;
}

export function createApiClient(baseUrl: string, apiKey: string): ApiClient {
  return {
    baseUrl,
    async call<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<T> {
      const response = await fetch(new URL(path, baseUrl), {
        method,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const answer = (await response.json()) as T & Problem;
      if (response.ok) return answer;
      throw new Error(`${method} ${path} was answered ${response.status}: ${answer.detail ?? 'no detail'}`);
    },
  };
}
