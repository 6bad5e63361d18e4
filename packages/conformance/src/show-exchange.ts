import type { Exchange } from './exchange.ts';
import type { ShownExchange } from './report.ts';
import { renderHead } from './wire-request.ts';

const shownBytesMax = 2048;

/** Renders what was sent and what came back, cut at 2 KiB each, with every secret masked. */
export function showExchange(exchange: Exchange, url: URL, secrets: readonly string[]): ShownExchange {
  const { request, reply, failure, durationMs } = exchange;
  const head = renderHead(request, url, false).toString('latin1');
  const answer =
    reply === null
      ? `(${failure?.detail ?? 'no answer'})`
      : `HTTP ${reply.status}\n${reply.headers.map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n${cut(reply.body)}`;
  return {
    request: mask(head.replaceAll('\r\n', '\n') + cut(request.body), secrets),
    answer: mask(answer, secrets),
    durationMs,
  };
}

function cut(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, shownBytesMax)).toString('utf8');
  const rest = bytes.byteLength - shownBytesMax;
  return rest > 0 ? `${text}... (${rest} bytes more)` : text;
}

/** Replaces the secrets, so that a report can be shown to others. */
export function mask(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, '********'), text);
}
