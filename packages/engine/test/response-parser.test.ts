import { describe, expect, it } from 'vitest';
import { MalformedResponse, OversizedHead, ResponseParser } from '../src/transports/response-parser.ts';

interface Read {
  httpStatus: number;
  retryAfter: string | null;
  announced: number | null;
  body: string;
  complete: boolean;
  isKept: boolean;
  keptMs: number | null;
}

/** What is read of these parts of an answer, after which the connection ends if need be. */
function read(parts: readonly string[], end = false): Read {
  const seen = {
    httpStatus: 0,
    retryAfter: null as string | null,
    announced: null as number | null,
    body: '',
  };
  const parser = new ResponseParser({
    isSettled: false,
    onHead: (httpStatus, retryAfter, announced) => Object.assign(seen, { httpStatus, retryAfter, announced }),
    onBody: (part) => {
      seen.body += part.toString('latin1');
    },
  });
  for (const part of parts) parser.read(Buffer.from(part, 'latin1'));
  const complete = end ? parser.end() : parser.isComplete;
  return { ...seen, complete, isKept: parser.isKept, keptMs: parser.keptMs };
}

const head = (...lines: string[]) => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');

describe('an answer', () => {
  const chunked = `${head('Transfer-Encoding: Chunked')}4;x="y"\r\nabcd\r\nA \r\n0123456789\r\n0\r\nx-trailer: 1\r\n\r\n`;

  it.each([
    [
      'with a length',
      `${head('content-length: 5', 'Retry-After:  120\t')}hello`,
      { body: 'hello', retryAfter: '120' },
    ],
    ['in chunks, with an extension and a trailer', chunked, { body: 'abcd0123456789', announced: null }],
    [
      'after early hints',
      `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${head('content-length: 1')}x`,
      { body: 'x' },
    ],
    ['without a body', 'HTTP/1.1 204\r\n\r\n', { httpStatus: 204, body: '', isKept: true }],
    ['of length 0', head('content-length: 0', 'x-nothing:'), { announced: 0, body: '' }],
  ])('%s is the same however its bytes are cut', (_title, text, expected) => {
    const whole = read([text]);
    expect(whole).toMatchObject({ complete: true, isKept: true, ...expected });
    for (let cut = 1; cut < text.length; cut += 1) {
      expect(read([text.slice(0, cut), text.slice(cut)])).toEqual(whole);
    }
    expect(read([...text])).toEqual(whole);
  });

  it('that says nothing of its length ends with the connection, which is not kept', () => {
    expect(read([head(), 'all', ' of it'])).toMatchObject({ complete: false });
    expect(read([head(), 'all', ' of it'], true)).toMatchObject({
      complete: true,
      body: 'all of it',
      isKept: false,
    });
    expect(read([head('content-length: 9'), 'some'], true)).toMatchObject({ complete: false });
  });

  it.each([
    ['1.1', [], true],
    ['1.1', ['connection: Keep-Alive, CLOSE'], false],
    ['1.1', ['connection: x', 'connection: close'], false],
    ['1.0', [], false],
    ['1.0', ['connection: keep-alive'], true],
  ])('in HTTP/%s with %j leaves a connection that is kept: %s', (version, lines, isKept) => {
    const text = [`HTTP/${version} 200 OK`, 'content-length: 0', ...lines, '', ''].join('\r\n');
    expect(read([text]).isKept).toBe(isKept);
  });

  it('with more behind it leaves a connection of no use', () => {
    expect(read([`${head('content-length: 1')}xHTTP/1.1 200 OK\r\n`])).toMatchObject({
      body: 'x',
      isKept: false,
    });
    expect(read(['HTTP/1.1 204 No Content\r\ncontent-length: 4\r\n\r\n']).isKept).toBe(false);
  });

  it('says how long the connection is kept', () => {
    expect(read([head('content-length: 0', 'Keep-Alive: timeout=5, max=1000')]).keptMs).toBe(5_000);
    expect(read([head('content-length: 0', 'Keep-Alive: max=1000')]).keptMs).toBeNull();
  });
});

describe('what is no answer', () => {
  it.each([
    ['another protocol, without waiting for the end of a line', '\u0016\u0003\u0001'],
    ['a later version', 'HTTP/2.0 200 OK\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n'],
    ['a line that ends with LF alone', 'HTTP/1.1 200 OK\nx: y\r\n\r\n'],
    ['a folded header', head('x: a', ' b')],
    ['a blank before the colon', head('content-length : 1')],
    ['a header without a name', head(': 1')],
    ['a header without a colon', head('content-length')],
    ['CR within a header', head('x: a\rcontent-length: 1')],
    ['NUL within a header', head('x: a\u0000')],
    ['two lengths, though they are the same', head('content-length: 1', 'content-length: 1')],
    ['a list of lengths', head('content-length: 1, 1')],
    ['a length with a sign', head('content-length: +1')],
    ['a length after a blank that is none', head('content-length: \u00a01')],
    ['a length and chunks', head('transfer-encoding: chunked', 'content-length: 1')],
    ['a coding that it does not know', head('transfer-encoding: gzip, chunked')],
    ['chunks twice', head('transfer-encoding: chunked', 'transfer-encoding: chunked')],
    ['a chunk size that is none', `${head('transfer-encoding: chunked')}0x1\r\n`],
    ['a chunk longer than its size', `${head('transfer-encoding: chunked')}1\r\nab\r\n`],
    ['a bad trailer', `${head('transfer-encoding: chunked')}0\r\nno trailer\r\n\r\n`],
    ['an interim answer that nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'],
  ])('is refused: %s', (_title, text) => {
    expect(() => read([text])).toThrow(MalformedResponse);
    expect(() => read([...text])).toThrow(MalformedResponse);
  });

  it.each([
    ['a status line', `HTTP/1.1 200 ${'x'.repeat(16_384)}`],
    ['headers', head(...Array.from({ length: 2_000 }, (_, index) => `x-${index}: y`))],
    ['early hints without end', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000)],
    ['a chunk extension', `${head('transfer-encoding: chunked')}1;${'x'.repeat(16_384)}`],
    ['trailers', `${head('transfer-encoding: chunked')}0\r\n${'x: y\r\n'.repeat(4_000)}`],
  ])('is refused: %s of more than 16 KiB', (_title, text) => {
    expect(() => read([text])).toThrow(OversizedHead);
  });
});
