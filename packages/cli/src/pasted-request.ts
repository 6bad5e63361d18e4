import { readCurlCommand } from './curl-command.ts';

/** A request as someone copied it from a log, a terminal or a browser. */
export interface PastedRequest {
  /** By lower-case name; of a repeated header the first counts. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** What was noticed while reading it. */
  readonly remarks: readonly string[];
}

/** Reads a raw HTTP request, a curl command line, or a bare body. Throws a usage error for a curl that cannot be read. */
export function readPastedRequest(pasted: Uint8Array): PastedRequest {
  const bytes = Buffer.from(pasted);
  const start = bytes.toString('latin1').trimStart();
  if (/^(?:\$ +)?curl\s/.test(start)) return readCurlCommand(bytes.toString('utf8').trim());
  const isHttp = /^(?:> )?[A-Z]{3,10} \S+/.test(start) || /^(?:> )?[A-Za-z][A-Za-z0-9-]*:/.test(start);
  if (isHttp) return readHttp(Buffer.from(start, 'latin1'));
  return { headers: new Map(), body: withoutLineEnd(bytes), remarks: [] };
}

function readHttp(bytes: Buffer): PastedRequest {
  const text = bytes.toString('latin1');
  // The blank line may carry the mark of curl -v.
  const blank = /\r?\n(?:> ?)?\r?\n/.exec(text);
  const head = blank === null ? text : text.slice(0, blank.index);
  const rest = blank === null ? Buffer.alloc(0) : bytes.subarray(blank.index + blank[0].length);
  const headers = new Map<string, string>();
  const remarks: string[] = [];
  for (const line of head.split(/\r?\n/)) {
    const found = /^(?:> )?([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (found === null) continue;
    const name = (found[1] ?? '').toLowerCase();
    if (headers.has(name)) remarks.push(`The header ${name} occurs more than once; a receiver refuses that.`);
    else headers.set(name, found[2] ?? '');
  }
  return { headers, ...readHttpBody(rest, headers, remarks) };
}

function readHttpBody(
  rest: Buffer,
  headers: ReadonlyMap<string, string>,
  remarks: readonly string[],
): { body: Uint8Array; remarks: readonly string[] } {
  const announced = headers.get('content-length');
  if (announced !== undefined && /^\d{1,9}$/.test(announced)) {
    const length = Number(announced);
    if (rest.length >= length) return { body: rest.subarray(0, length), remarks };
    const body = withoutLineEnd(rest);
    const cut = `Content-Length announces ${length} bytes, but the body has ${body.length}: it was cut or changed.`;
    return { body, remarks: [...remarks, cut] };
  }
  return { body: withoutLineEnd(rest), remarks };
}

/** Terminals and editors end a text with a line end that was never sent. */
export function withoutLineEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end -= 1;
  return bytes.subarray(0, end);
}
