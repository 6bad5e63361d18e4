import { runDoorbell } from './process.ts';

export interface ApiClient {
  put(path: string, body: unknown): Promise<ApiAnswer>;
  post(path: string, body: unknown): Promise<ApiAnswer>;
  get(path: string): Promise<ApiAnswer>;
}

export interface ApiAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever the API answers and assert on it.
  readonly body: any;
}

/** An API key made by the command, as an operator makes one. */
export async function createKey(data: string): Promise<string> {
  const { stdout } = await runDoorbell('keys', 'create', '--data', data, '--json');
  return JSON.parse(stdout).key;
}

export function apiClient(url: string, key: string): ApiClient {
  async function call(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const headers: Record<string, string> = { authorization: `Bearer ${key}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }
  return {
    put: (path, body) => call('PUT', path, body),
    post: (path, body) => call('POST', path, body),
    get: (path) => call('GET', path),
  };
}
