import { get } from 'node:http';
import { contend } from '../contend.ts';

/** What one who watches has seen so far. */
export interface Watched {
  readonly shown: number;
  /** That the server told of and did not send. */
  readonly dropped: number;
}

let shown = 0;
let dropped = 0;

/** Reads the stream as fast as it comes; resolves when it has begun. */
function watch({ url, apiKey }: { readonly url: string; readonly apiKey: string }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const request = get(`${url}/v1/tail`, { headers: { authorization: `Bearer ${apiKey}` } }, (response) => {
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      resolve();
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        if (block.startsWith('event: notification\n')) shown += 1;
        if (block.startsWith('event: dropped\n')) dropped += Number(/"count":(\d+)/.exec(block)?.[1]);
      }
    });
  });
  request.on('error', reject);
  return promise;
}

contend({ watch, take: async (): Promise<Watched> => ({ shown, dropped }) });
