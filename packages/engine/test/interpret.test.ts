import { describe, expect, it } from 'vitest';
import { interpret } from '../src/interpret.ts';
import type { Reply, TransportFailure } from '../src/ports.ts';

function response(httpStatus: number, body: string | Uint8Array, retryAfter: string | null = null): Reply {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { kind: 'response', httpStatus, body: bytes, retryAfter, remoteAddress: '127.0.0.1' };
}

function failure(reason: TransportFailure, uncertain = true): Reply {
  return { kind: 'failure', reason, detail: 'It failed.', uncertain, remoteAddress: null };
}

const envelope = (state: unknown, payload: unknown = '') => JSON.stringify({ state, payload });

/** The table "What a reply means", a line or more for each of its rows. */
const table: readonly [reply: string, Reply, outcome: string, reason: string][] = [
  // 2xx and an envelope with integer state 200
  ['HTTP 200, state 200', response(200, envelope(200, 'Success')), 'accepted', 'accepted'],
  [
    'HTTP 201, state 200 (a framework default for POST)',
    response(201, envelope(200)),
    'accepted',
    'accepted',
  ],
  [
    'HTTP 200, state 200 behind a byte order mark',
    response(200, `\uFEFF${envelope(200)}`),
    'accepted',
    'accepted',
  ],
  // envelope state 403
  ['HTTP 200, state 403', response(200, envelope(403, 'no')), 'refused', 'refused'],
  ['HTTP 403, state 403', response(403, envelope(403)), 'refused', 'refused'],
  // envelope state 401 or 4011, or HTTP 401
  ['HTTP 200, state 401', response(200, envelope(401, 'error detail')), 'misconfigured', 'unauthorized'],
  ['HTTP 200, state 4011', response(200, envelope(4011)), 'misconfigured', 'unauthorized'],
  ['HTTP 401 without an envelope', response(401, '<h1>401</h1>'), 'misconfigured', 'unauthorized'],
  ['HTTP 401, state 200', response(401, envelope(200)), 'misconfigured', 'unauthorized'],
  ['HTTP 401, state 403', response(401, envelope(403)), 'misconfigured', 'unauthorized'],
  ['HTTP 500, state 401', response(500, envelope(401)), 'misconfigured', 'unauthorized'],
  // HTTP 410
  ['HTTP 410', response(410, ''), 'misconfigured', 'gone'],
  ['HTTP 410, state 200', response(410, envelope(200)), 'misconfigured', 'gone'],
  // everything else
  ['HTTP 200, state 500', response(200, envelope(500, 'oops')), 'retry', 'response-state'],
  ['HTTP 200, a state nobody declared', response(200, envelope(201)), 'retry', 'response-state'],
  ['HTTP 200, state 0', response(200, envelope(0)), 'retry', 'response-state'],
  ['HTTP 500, state 200', response(500, envelope(200)), 'retry', 'http-status'],
  ['HTTP 404 without an envelope', response(404, 'not here'), 'retry', 'http-status'],
  ['HTTP 403 without an envelope', response(403, 'forbidden by a proxy'), 'retry', 'http-status'],
  ['HTTP 429', response(429, '', '7'), 'retry', 'http-status'],
  ['HTTP 503', response(503, ''), 'retry', 'http-status'],
  ['HTTP 200, an empty body', response(200, ''), 'retry', 'envelope-empty'],
  ['HTTP 204', response(204, ''), 'retry', 'envelope-empty'],
  ['HTTP 200, an HTML page', response(200, '<html>login</html>'), 'retry', 'envelope-not-json'],
  ['HTTP 200, state as a string', response(200, envelope('200')), 'retry', 'envelope-state-not-integer'],
  ['HTTP 200, state 200.0', response(200, '{"state":200.0}'), 'retry', 'envelope-state-not-integer'],
  ['HTTP 200, no state', response(200, '{"payload":""}'), 'retry', 'envelope-state-missing'],
  ['HTTP 200, two states', response(200, '{"state":500,"state":200}'), 'retry', 'envelope-duplicate-key'],
  [
    'HTTP 200, bytes that are not UTF-8',
    response(200, new Uint8Array([0xff, 0x7b])),
    'retry',
    'envelope-invalid-utf8',
  ],
  ['HTTP 301', response(301, ''), 'retry', 'redirect'],
  ['HTTP 302, state 200', response(302, envelope(200)), 'retry', 'redirect'],
  ['HTTP 307, state 403', response(307, envelope(403)), 'retry', 'redirect'],
  ['HTTP 308', response(308, ''), 'retry', 'redirect'],
  ['a time-out', failure('timeout'), 'retry', 'timeout'],
  ['a reset connection', failure('reset'), 'retry', 'reset'],
  ['a TLS failure', failure('tls', false), 'retry', 'tls'],
  ['a name that does not resolve', failure('dns', false), 'retry', 'dns'],
  ['a refused connection', failure('refused', false), 'retry', 'refused'],
  ['an address that may not be called', failure('blocked-address', false), 'retry', 'blocked-address'],
  ['an answer that is too large', failure('response-too-large'), 'retry', 'response-too-large'],
];

describe('what a reply means', () => {
  it.each(table)('%s', (_name, reply, outcome, reason) => {
    expect(interpret(reply)).toMatchObject({ outcome, reason });
  });

  it('pauses the endpoint for exactly the misconfigured ones, and says why', () => {
    for (const [name, reply, outcome, reason] of table) {
      expect(interpret(reply).pause, name).toBe(outcome === 'misconfigured' ? reason : null);
    }
  });

  it('keeps HTTP status and response state apart', () => {
    expect(interpret(response(200, envelope(500, 'oops')))).toMatchObject({
      httpStatus: 200,
      responseState: 500,
    });
    expect(interpret(failure('timeout'))).toMatchObject({
      httpStatus: null,
      responseState: null,
      responseBody: null,
    });
  });

  it('keeps at most 1 KiB of the answer, cut at a character', () => {
    const body = interpret(response(200, `${'x'.repeat(1_023)}é and more`)).responseBody;
    expect(body).toBe('x'.repeat(1_023));
  });

  it('says whether the endpoint may have got a notification whose answer did not come', () => {
    expect(interpret(failure('reset', true)).detail).toContain('not known');
    expect(interpret(failure('refused', false)).detail).not.toContain('not known');
  });
});
