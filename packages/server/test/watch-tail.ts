import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import type { TestApp } from './start-app.ts';

export interface Watcher {
  readonly response: IncomingMessage;
  readonly events: readonly { readonly name: string; readonly data: Record<string, unknown> }[];
}

/** Reads the stream over a socket, as a browser does. */
export async function watch(
  app: TestApp,
  query = '',
  headers: Record<string, string> = { authorization: `Bearer ${app.key}` },
): Promise<Watcher> {
  const url = await app.listen();
  const request = get(`${url}/v1/tail${query}`, { headers });
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
