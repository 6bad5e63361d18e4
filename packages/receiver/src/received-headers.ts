/**
 * Node's `rawHeaders`, names and values by turns; Node's header objects; a Fetch API Headers, or any list of pairs. Names
 * match in any case.
 */
export type ReceivedHeaders =
  | readonly string[]
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** By lower-case name, the value that was sent, or all of them, in order, where there was more than one. */
export type HeaderValues = ReadonlyMap<string, string | readonly string[]>;

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

/**
 * Of the headers that a receiver reads, every value, since more than one is for the reader to judge. Node's header
 * object and the Fetch API join repeated ones with ', ', which none of these may hold; so that is taken apart again.
 */
export function collectHeaders(headers: ReceivedHeaders): HeaderValues {
  const collected = new Map<string, string | readonly string[]>();
  if (isRaw(headers)) {
    for (let index = 0; index + 1 < headers.length; index += 2) {
      collect(collected, headers[index] ?? '', headers[index + 1]);
    }
  } else if (isPairs(headers)) {
    for (const [name, value] of headers) collect(collected, name, value);
  } else {
    for (const name of Object.keys(headers)) collect(collected, name, headers[name]);
  }
  return collected;
}

function isRaw(headers: ReceivedHeaders): headers is readonly string[] {
  return Array.isArray(headers) && typeof headers[0] === 'string';
}

function isPairs(headers: ReceivedHeaders): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}

function collect(
  collected: Map<string, string | readonly string[]>,
  key: string,
  value: string | readonly string[] | undefined,
): void {
  const name = key.toLowerCase();
  if (value === undefined || !readNames.has(name)) return;
  const sent = typeof value === 'string' && value.includes(', ') ? value.split(', ') : value;
  const before = collected.get(name);
  collected.set(name, before === undefined ? sent : [before, sent].flat());
}
