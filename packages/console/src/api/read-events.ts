import { type Call, openApi } from './call-api.ts';

/** One event of a stream: its name, and its data, which is JSON. */
export interface StreamEvent {
  readonly name: string;
  readonly data: unknown;
}

/**
 * Reads server-sent events by fetch, which can be aborted, sends the CSRF token, and tells a refusal from a lost
 * connection; EventSource does none of that. Returns when the server ends the stream; throws `ApiProblem`.
 */
export async function readEvents(
  path: string,
  call: Call & { readonly signal: AbortSignal },
  onEvent: (event: StreamEvent) => void,
): Promise<void> {
  const { body } = await openApi(path, call);
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value.replaceAll('\r\n', '\n')).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event !== undefined) onEvent(event);
    }
  }
}

function parseEvent(block: string): StreamEvent | undefined {
  let name = 'message';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) name = line.slice(6).trim();
    else if (line.startsWith('data:')) data += line.slice(5).trim();
  }
  return data === '' ? undefined : { name, data: JSON.parse(data) };
}
