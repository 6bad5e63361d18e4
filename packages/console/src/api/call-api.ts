import { pageLanguage, translatorOf } from '../i18n/language.tsx';
import { ApiProblem, readProblem } from './api-problem.ts';
import { credentials } from './credentials.ts';

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** One call of Doorbell's API. Throws `ApiProblem` for every answer that is no 2xx, and when none comes. */
export async function callApi<T>(path: string, call: Call = {}): Promise<T> {
  const response = await openApi(path, call);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** As `callApi`, with the body left to be read: for streams. */
export async function openApi(
  path: string,
  { method = 'GET', query, body, signal }: Call,
): Promise<Response> {
  const response = await fetch(`/v1${path}${toSearch(query ?? {})}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...credentials.headersFor(method),
    },
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    // What the browser says of it is English, and not for people.
    throw new ApiProblem(0, 'no-answer', translatorOf(pageLanguage())('standing.offline'));
  });
  if (response.ok) return response;
  const problem = await readProblem(response);
  if (problem.status === 401 && path !== '/sessions' && path !== '/session') credentials.forget('over');
  throw problem;
}

export function toSearch(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === null || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
