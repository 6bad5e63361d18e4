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
  for (const [key, value] of isPairs(headers) ? headers : Object.entries(headers)) {
    const name = key.toLowerCase();
    if (value === undefined || !readNames.has(name)) continue;
    const values = typeof value === 'string' ? value.split(', ') : value;
    const before = collected.get(name);
    collected.set(name, before === undefined ? values : [...before, ...values]);
  }
  return collected;
}
