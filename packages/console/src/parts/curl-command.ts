import type { Attempt } from '@doorbell/server/api';

/** A command line for a POSIX shell that sends the same bytes to the same URL. */
export function curlCommand({ url, headers, body }: Attempt['request']): string {
  const lines = [
    `curl -X POST ${quoted(url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `--data-raw ${quoted(body)}`,
  ];
  return lines.join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
