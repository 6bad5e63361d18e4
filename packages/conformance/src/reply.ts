/** What came back, as far as the platform would read it. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** The platform reads no more of an answer's body. */
export const replyBodyBytesMax = 65_536;
const headBytesMax = 65_536;

type Parsed =
  | { readonly kind: 'incomplete' }
  | {
      readonly kind: 'reply';
      readonly reply: Reply;
      readonly restBytes: number;
      readonly persistent: boolean;
    }
  | { readonly kind: 'fault'; readonly fault: 'malformed' | 'too-large'; readonly detail: string };

const incomplete: Parsed = { kind: 'incomplete' };

function malformed(detail: string): Parsed {
  return { kind: 'fault', fault: 'malformed', detail };
}

const tooLarge: Parsed = {
  kind: 'fault',
  fault: 'too-large',
  detail: `the answer is larger than ${replyBodyBytesMax} bytes`,
};

/** Reads one HTTP/1 response, 1xx included, from the front of what was received; `ended`: nothing more will come. */
export function parseReply(received: Buffer, ended: boolean): Parsed {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd === -1) {
    if (received.length > headBytesMax) return malformed('the head of the answer does not end');
    return ended && received.length > 0 ? malformed('the answer ends in the middle of its head') : incomplete;
  }
  const [statusLine = '', ...lines] = received.toString('latin1', 0, headEnd).split('\r\n');
  const [, minor, status] = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/.exec(statusLine) ?? [];
  if (status === undefined)
    return malformed(`the answer starts with ${JSON.stringify(statusLine.slice(0, 60))}`);
  const headers: [string, string][] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) return malformed(`the answer has the header line ${JSON.stringify(line.slice(0, 60))}`);
    headers.push([line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]);
  }
  const find = (name: string): string | undefined => headers.find(([known]) => known === name)?.[1];
  const connection = (find('connection') ?? '').toLowerCase();
  const persistent = minor === '1' ? !connection.includes('close') : connection.includes('keep-alive');
  const head = { status: Number(status), headers, persistent };
  const rest = received.subarray(headEnd + 4);
  if (head.status < 200 || head.status === 204 || head.status === 304)
    return done(head, Buffer.alloc(0), rest);
  if (/\bchunked$/i.test(find('transfer-encoding') ?? '')) return readChunked(head, rest, ended);
  return readPlain(head, rest, ended, find('content-length'));
}

interface Head {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly persistent: boolean;
}

function done({ status, headers, persistent }: Head, body: Buffer, rest: Buffer): Parsed {
  return { kind: 'reply', reply: { status, headers, body }, restBytes: rest.length, persistent };
}

function readPlain(head: Head, rest: Buffer, ended: boolean, contentLength: string | undefined): Parsed {
  if (contentLength === undefined) {
    if (rest.length > replyBodyBytesMax) return tooLarge;
    return ended ? done({ ...head, persistent: false }, rest, Buffer.alloc(0)) : incomplete;
  }
  if (!/^\d{1,15}$/.test(contentLength))
    return malformed(`the content-length is ${JSON.stringify(contentLength)}`);
  const bodyBytes = Number(contentLength);
  if (bodyBytes > replyBodyBytesMax) return tooLarge;
  if (rest.length < bodyBytes) {
    return ended ? malformed('the answer ends before its content-length') : incomplete;
  }
  return done(head, rest.subarray(0, bodyBytes), rest.subarray(bodyBytes));
}

function readChunked(head: Head, rest: Buffer, ended: boolean): Parsed {
  const unfinished = ended ? malformed('the answer ends in the middle of a chunk') : incomplete;
  const chunks: Buffer[] = [];
  let bodyBytes = 0;
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd === -1) return unfinished;
    const [, size] = /^([0-9a-f]{1,8})(?:$|[ ;])/i.exec(rest.toString('latin1', at, lineEnd)) ?? [];
    if (size === undefined) return malformed('the answer has a malformed chunk');
    const chunkBytes = Number.parseInt(size, 16);
    at = lineEnd + 2;
    if (chunkBytes === 0) break;
    bodyBytes += chunkBytes;
    if (bodyBytes > replyBodyBytesMax) return tooLarge;
    if (rest.length < at + chunkBytes + 2) return unfinished;
    chunks.push(rest.subarray(at, at + chunkBytes));
    at += chunkBytes + 2;
  }
  // Trailers, if any, end with an empty line like the head.
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd === -1) return unfinished;
    const isLast = lineEnd === at;
    at = lineEnd + 2;
    if (isLast) return done(head, Buffer.concat(chunks), rest.subarray(at));
  }
}
