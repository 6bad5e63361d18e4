import { expect, it } from 'vitest';

import { parseReply } from '../src/reply.ts';

const parse = (text: string, ended = false) => parseReply(Buffer.from(text, 'latin1'), ended);
const bodyOf = (text: string, ended = false) => {
  const parsed = parse(text, ended);
  return parsed.kind === 'reply' ? parsed.reply.body.toString('latin1') : parsed;
};
const ok = 'HTTP/1.1 200 OK\r\n';

it('a body ends after its content-length, and what follows belongs to the next answer', () => {
  expect(parse(`${ok}Content-Length: 3\r\n\r\nabcHTTP/1.1`)).toMatchObject({
    kind: 'reply',
    restBytes: 8,
    persistent: true,
    reply: { status: 200, headers: [['content-length', '3']] },
  });
});

it('chunks are put together, with extensions and trailers left out', () => {
  const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: u\r\n\r\n`;
  expect(bodyOf(chunked)).toBe('abc0123456789');
});

it('without a length the body ends with the connection, which cannot be used again', () => {
  expect(parse(`${ok}\r\nabc`)).toEqual({ kind: 'incomplete' });
  expect(parse(`${ok}\r\nabc`, true)).toMatchObject({ kind: 'reply', persistent: false });
});

it('every beginning of an answer is incomplete, and malformed when nothing more comes', () => {
  const whole = `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`;
  for (let length = 1; length < whole.length; length++) {
    expect(parse(whole.slice(0, length))).toEqual({ kind: 'incomplete' });
    expect(parse(whole.slice(0, length), true)).toMatchObject({ kind: 'fault', fault: 'malformed' });
  }
});

it.each([
  ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['a line without a colon', `${ok}nonsense\r\n\r\n`],
  ['a length that is no number', `${ok}Content-Length: x\r\n\r\n`],
  ['a chunk without a size', `${ok}Transfer-Encoding: chunked\r\n\r\nx\r\n`],
])('%s is malformed', (_name, text) => {
  expect(parse(text)).toMatchObject({ kind: 'fault', fault: 'malformed' });
});

it.each([
  ['by its content-length', `${ok}Content-Length: 65537\r\n\r\n`],
  ['in chunks', `${ok}Transfer-Encoding: chunked\r\n\r\n10001\r\n`],
  ['without a length', `${ok}\r\n${'x'.repeat(65_537)}`],
])('an answer over 64 KiB is too large: %s', (_name, text) => {
  expect(parse(text)).toMatchObject({ kind: 'fault', fault: 'too-large' });
});

it('HTTP/1.0 closes unless it says otherwise', () => {
  const head = 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n';
  expect(parse(`${head}\r\n`)).toMatchObject({ persistent: false });
  expect(parse(`${head}Connection: keep-alive\r\n\r\n`)).toMatchObject({ persistent: true });
});
