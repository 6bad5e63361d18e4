/** What came is not an answer in HTTP/1.1 to what was sent. */
export class MalformedResponse extends Error {}

/** The head of an answer, or what frames the chunks of its body, is longer than anyone needs. */
export class OversizedHead extends Error {}

/** Told what the parser finds, in the order in which it comes. */
export interface ResponseSink {
  /** The head of the final answer. `bodyBytes` is the length it announces, null when it announces none. */
  onHead(httpStatus: number, retryAfter: string | null, bodyBytes: number | null): void;
  /** A part of the body; valid during the call only. */
  onBody(part: Buffer): void;
  /** Wants no more of it. */
  readonly isSettled: boolean;
}

/** Bytes of a head, of the lines around a chunk, and of the trailers. */
const headBytesMax = 16_384;

/** What comes next. A line ends with CR LF; the rest is so many bytes of the body. */
type Expected =
  | 'status line'
  | 'header line'
  | 'chunk size line'
  | 'chunk end line'
  | 'trailer line'
  | 'body'
  | 'chunk'
  | 'body up to the end of the connection'
  | 'nothing';

/**
 * Reads the answer to one POST by RFC 9112, and strictly: what two readers could take differently is refused. Interim
 * answers (1xx) are passed over, except those that nobody asked for.
 */
export class ResponseParser {
  readonly #sink: ResponseSink;
  #expected: Expected = 'status line';
  /** A line that has not come to its end. */
  #line = '';
  #headBytes = 0;
  /** Of the body or of a chunk. */
  #bytesLeft = 0;
  #head = newHead(0, false);
  #isFramed = true;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  get isComplete(): boolean {
    return this.#expected === 'nothing';
  }

  /** Whether the connection may carry another request once the answer is complete. */
  get isKept(): boolean {
    const { isHttp10, connection } = this.#head;
    if (!this.#isFramed || hasToken(connection, 'close')) return false;
    return !isHttp10 || hasToken(connection, 'keep-alive');
  }

  /** How long the other side says that it keeps the connection without a request; null when it does not say. */
  get keptMs(): number | null {
    const seconds = /(?:^|[,;\s])timeout=(\d{1,6})/i.exec(this.#head.keepAlive)?.[1];
    return seconds === undefined ? null : Number(seconds) * 1_000;
  }

  /** Throws `MalformedResponse` or `OversizedHead`. */
  read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && !this.#sink.isSettled; ) {
      if (this.isComplete) {
        // Nobody can tell what belongs to the next request.
        this.#isFramed = false;
        return;
      }
      at = this.#expected.endsWith('line') ? this.#readLine(bytes, at) : this.#readBody(bytes, at);
    }
  }

  /** The connection has ended; whether that completes the answer. */
  end(): boolean {
    if (this.#expected === 'body up to the end of the connection') this.#expected = 'nothing';
    return this.isComplete;
  }

  #readBody(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#bytesLeft);
    this.#bytesLeft -= end - at;
    if (this.#bytesLeft === 0) this.#expected = this.#expected === 'chunk' ? 'chunk end line' : 'nothing';
    this.#sink.onBody(bytes.subarray(at, end));
    return end;
  }

  #readLine(bytes: Buffer, at: number): number {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline + 1;
    this.#headBytes += end - at;
    if (this.#headBytes > headBytesMax)
      throw new OversizedHead(`The head of the answer has more than ${headBytesMax} bytes.`);
    this.#line += bytes.toString('latin1', at, end);
    // At once, because a peer that speaks another protocol may never send the end of a line.
    if (this.#expected === 'status line' && !http1.startsWith(this.#line.slice(0, http1.length))) {
      throw malformed('no status line', this.#line);
    }
    if (newline >= 0) {
      const line = this.#line;
      this.#line = '';
      if (!line.endsWith('\r\n')) throw malformed('a line that does not end with CR LF', line);
      this.#takeLine(line.slice(0, -2));
    }
    return end;
  }

  #takeLine(line: string): void {
    if (this.#expected === 'status line') this.#takeStatusLine(line);
    else if (this.#expected === 'header line') {
      if (line === '') this.#endHead();
      else this.#takeHeader(line);
    } else if (this.#expected === 'chunk size line') this.#takeChunkSize(line);
    else if (this.#expected === 'chunk end line') {
      if (line !== '') throw malformed('a chunk longer than its size', line);
      this.#expected = 'chunk size line';
    } else if (line === '') this.#expected = 'nothing';
    else headerOf(line);
  }

  #takeStatusLine(line: string): void {
    const [, minor, status] = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(line) ?? [];
    if (status === undefined) throw malformed('a bad status line', line);
    this.#head = newHead(Number(status), minor === '0');
    this.#expected = 'header line';
  }

  #takeHeader(line: string): void {
    const head = this.#head;
    const [name, value] = headerOf(line);
    if (name === 'content-length') {
      if (head.bodyBytes !== null || !/^\d{1,15}$/.test(value)) throw malformed('a bad length', line);
      head.bodyBytes = Number(value);
    } else if (name === 'transfer-encoding') {
      if (head.isChunked || value.toLowerCase() !== 'chunked') throw malformed('an unknown coding', line);
      head.isChunked = true;
    } else if (name === 'connection') head.connection += `,${value}`;
    else if (name === 'keep-alive') head.keepAlive = value;
    else if (name === 'retry-after') head.retryAfter ??= value;
  }

  #endHead(): void {
    const { httpStatus, bodyBytes, isChunked, retryAfter } = this.#head;
    if (httpStatus === 100 || httpStatus === 101) throw malformed('an interim answer nobody asked for', '');
    if (isChunked && bodyBytes !== null) throw malformed('a length and chunks', '');
    if (httpStatus < 200) {
      this.#expected = 'status line';
      return;
    }
    const isBodiless = httpStatus === 204 || httpStatus === 304;
    if (isBodiless) {
      // Some send one all the same, which would be taken for the next answer.
      if (isChunked || bodyBytes) this.#isFramed = false;
      this.#expected = 'nothing';
    } else if (isChunked) this.#expected = 'chunk size line';
    else if (bodyBytes === null) {
      this.#isFramed = false;
      this.#bytesLeft = Number.POSITIVE_INFINITY;
      this.#expected = 'body up to the end of the connection';
    } else {
      this.#bytesLeft = bodyBytes;
      this.#expected = bodyBytes === 0 ? 'nothing' : 'body';
    }
    this.#sink.onHead(httpStatus, retryAfter, isBodiless ? null : bodyBytes);
  }

  #takeChunkSize(line: string): void {
    const [, size] = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/.exec(line) ?? [];
    if (size === undefined) throw malformed('a bad chunk size', line);
    this.#headBytes = 0;
    this.#bytesLeft = Number.parseInt(size, 16);
    this.#expected = this.#bytesLeft === 0 ? 'trailer line' : 'chunk';
  }
}

const http1 = 'HTTP/1.';
interface Head {
  readonly httpStatus: number;
  readonly isHttp10: boolean;
  bodyBytes: number | null;
  isChunked: boolean;
  connection: string;
  keepAlive: string;
  retryAfter: string | null;
}

function newHead(httpStatus: number, isHttp10: boolean): Head {
  const unknown = { bodyBytes: null, isChunked: false, connection: '', keepAlive: '', retryAfter: null };
  return { httpStatus, isHttp10, ...unknown };
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Its name in lower case, and its value. A folded line is refused, and so is a control character. */
function headerOf(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon));
  if (!token.test(name) || !fieldValue.test(line)) throw malformed('a bad header', line);
  return [name.toLowerCase(), trimBlanks(line.slice(colon + 1))];
}

/** By hand: a pattern for blanks at the end takes quadratic time, and `trim` takes more than blanks. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (start < end && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

function hasToken(list: string, token: string): boolean {
  return (
    list !== '' &&
    list
      .toLowerCase()
      .split(/[,\s]+/)
      .includes(token)
  );
}

function malformed(what: string, line: string): MalformedResponse {
  return new MalformedResponse(
    `The answer has ${what}${line === '' ? '' : `: ${JSON.stringify(line.slice(0, 100))}`}.`,
  );
}
