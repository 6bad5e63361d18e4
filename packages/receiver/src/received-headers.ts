/** Node's header objects, a Fetch API Headers, or any list of pairs; names match in any case. */
export type ReceivedHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** By lower-case name, every value that was sent, in order. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

function isPairs(headers: ReceivedHeaders): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}

/**
 * Keeps every value, since more than one is for the reader to judge. Node's header object and the Fetch API join
 * repeated ones with ', ', which none of the headers a receiver reads may hold; so that is taken apart again.
 */
export function collectHeaders(headers: ReceivedHeaders): HeaderValues {
  const collected = new Map<string, readonly string[]>();
  for (const [key, value] of isPairs(headers) ? headers : Object.entries(headers)) {
    if (value === undefined) continue;
    const name = key.toLowerCase();
    const values = typeof value === 'string' ? value.split(', ') : value;
    collected.set(name, [...(collected.get(name) ?? []), ...values]);
  }
  return collected;
}
