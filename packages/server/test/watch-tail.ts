import { once } from 'node:events';
import { type IncomingMessage, request as openRequest } from 'node:http';
import { onTestFinished } from 'vitest';
import type { TestApp } from './start-app.ts';

export interface Watcher {
  readonly response: IncomingMessage;
  readonly events: readonly { readonly name: string; readonly data: Record<string, unknown> }[];
}

/** Reads the stream over a socket, as a browser does. */
export function watch(
  app: TestApp,
  query = '',
  headers: Record<string, string> = { authorization: `Bearer ${app.key}` },
): Promise<Watcher> {
  return readStream(app, `/v1/tail${query}`, { headers });
}

interface Asked {
  readonly method?: 'GET' | 'POST';
  readonly headers: Record<string, string>;
  readonly body?: object;
}

/** What is no stream of events has none. */
export async function readStream(
  app: TestApp,
  path: string,
  { method = 'GET', headers, body }: Asked,
): Promise<Watcher> {
  const url = await app.listen();
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const request = openRequest(`${url}${path}`, { method, headers: { ...json, ...headers } });
  request.end(body === undefined ? undefined : JSON.stringify(body));
  onTestFinished(() => void request.destroy());
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const events: { name: string; data: Record<string, unknown> }[] = [];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, name = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
      events.push({ name, data: JSON.parse(data) });
      text = text.slice(end + 2);
    }
  });
  response.on('error', () => {});
  return { response, events };
}
