import type { SignedRequest } from '../ports.ts';

/** Where a connection leads, and who says so. */
export interface RequestLine {
  readonly host: string;
  readonly path: string;
  readonly userAgent: string;
}

/** They frame a message or belong to the connection (RFC 9112): the transport's own to set. */
const reservedNames = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * One POST in HTTP/1.1: text that is to be written as Latin-1, which Node does fastest, or bytes where that will not do.
 * Throws RangeError for a header that would break the framing.
 */
export function encodeRequest(
  { headers, body }: Pick<SignedRequest, 'headers' | 'body'>,
  { host, path, userAgent }: RequestLine,
): string | Buffer {
  let head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\nuser-agent: ${userAgent}\r\naccept-encoding: identity\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (!token.test(name) || reservedNames.has(name.toLowerCase()) || !fieldValue.test(value)) {
      throw new RangeError(`The header ${JSON.stringify(name)} cannot be sent.`);
    }
    head += `${name}: ${value}\r\n`;
  }
  const bodyBytes = Buffer.byteLength(body);
  head += `content-length: ${bodyBytes}\r\n\r\n`;
  const isAscii = bodyBytes === body.length;
  return isAscii ? head + body : Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}
