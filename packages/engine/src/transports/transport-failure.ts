import { errors } from 'undici';
import type { TransportFailure } from '../ports.ts';

/** What went wrong before the connection was usable, by the code of the socket's error. */
export function connectFailureReason(error: Error): TransportFailure {
  const codes = codesOf(error);
  if (codes.includes('ETIMEDOUT')) return 'connect-timeout';
  if (codes.includes('ECONNREFUSED')) return 'refused';
  if (codes.some((code) => unreachableCodes.has(code))) return 'unreachable';
  return codes.some((code) => resetCodes.has(code)) ? 'reset' : 'network';
}

/** What went wrong after the request was begun, by the code of undici's, Node's or the parser's error. */
export function requestFailureReason(error: Error): TransportFailure {
  const [code = ''] = codesOf(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'response-too-large';
  // By class: undici gives most parser errors no code.
  if (error instanceof errors.HTTPParserError || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return 'malformed-response';
  }
  // undici's words for an answer out of turn: an unasked 100 Continue or an upgrade nobody requested.
  if (code === 'UND_ERR_SOCKET') return /^bad /.test(error.message) ? 'malformed-response' : 'reset';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) return 'tls';
  if (unreachableCodes.has(code)) return 'unreachable';
  return resetCodes.has(code) ? 'reset' : 'network';
}

/** One line for people: the code and the message, at most 300 characters. */
export function describeError(error: Error): string {
  const nested = error instanceof AggregateError ? error.errors.filter((each) => each instanceof Error) : [];
  const message = nested.length > 0 ? nested.map((each) => each.message).join('; ') : error.message;
  const [code] = codesOf(error);
  const text = code === undefined || message.includes(code) ? message : `${code}: ${message}`;
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}

function codesOf(error: Error): readonly string[] {
  const each = error instanceof AggregateError ? [error, ...error.errors] : [error];
  return each.flatMap((one: { readonly code?: unknown }) =>
    typeof one?.code === 'string' ? [one.code] : [],
  );
}

const unreachableCodes = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL']);
const resetCodes = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET', 'UND_ERR_CLOSED']);
