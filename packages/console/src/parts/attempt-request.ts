import type { Attempt } from '@doorbell/server/api';

type Sent = Attempt['request'];

/** The form's fields as a receiver reads them, in the order of the body. */
export function decodedFields({ body }: Sent): readonly (readonly [string, string])[] {
  return [...new URLSearchParams(body)];
}

/**
 * The text whose MD5 is the sign: the key, here covered, the values by ascending name, the timestamp. Undefined when
 * the request was not signed.
 */
export function maskedSignedText(request: Sent): string | undefined {
  if (request.sign === null) return undefined;
  const values = [...decodedFields(request)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value)
    .join('');
  return `••••••••${values}${request.headers.timestamp ?? ''}`;
}

/** A command line for a POSIX shell that sends the same bytes to the same URL. */
export function curlCommand({ url, headers, body }: Sent): string {
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
