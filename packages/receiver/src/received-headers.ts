/** Node's header objects, a Fetch API Headers, or any list of pairs; names match in any case. */
export type ReceivedHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** By lower-case name, every value that was sent, in order. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

const readNames: ReadonlySet<string> = new Set([
  'content-type',
  'timestamp',
  'sign',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'doorbell-sequence',
  'doorbell-attempt',
]);

function isPairs(headers: ReceivedHeaders): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}

/**
 * Of the headers that a receiver reads, every value, since more than one is for the reader to judge. Node's header
 * object and the Fetch API join repeated ones with ', ', which none of these may hold; so that is taken apart again.
 */
export function collectHeaders(headers: ReceivedHeaders): HeaderValues {
  const collected = new Map<string, readonly string[]>();
  if (isPairs(headers)) {
    for (const [name, value] of headers) collect(collected, name, value);
  } else {
    for (const name of Object.keys(headers)) collect(collected, name, headers[name]);
  }
  return collected;
}

function collect(
  collected: Map<string, readonly string[]>,
  key: string,
  value: string | readonly string[] | undefined,
): void {
  const name = key.toLowerCase();
  if (value === undefined || !readNames.has(name)) return;
  const values = typeof value === 'string' ? listValues(value) : value;
  const before = collected.get(name);
  collected.set(name, before === undefined ? values : [...before, ...values]);
}

function listValues(text: string): readonly string[] {
  return text.includes(', ') ? text.split(', ') : [text];
}
