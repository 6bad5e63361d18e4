import type { Reply, TransportFailure } from '@doorbell/engine';
import type { Meaning } from './fact.ts';

/** What an endpoint, or the network before it, may do with a request. */
export interface Answer {
  readonly name: string;
  /** How the endpoint took it; null when the request never got there. */
  readonly arrives: Meaning | null;
  /** What the sender is to make of it. */
  readonly means: Meaning;
  readonly reply: Reply;
  /** How long it takes: quick, slow but in time, or until the time-out. */
  readonly takes: 'quick' | 'slow' | 'connect-timeout' | 'timeout';
}

const text = new TextEncoder();

interface Response {
  readonly status?: number;
  readonly body?: string;
  readonly retryAfter?: string;
  readonly slow?: boolean;
}

function response(name: string, means: Meaning, { status, body, retryAfter, slow }: Response): Answer {
  return {
    name,
    arrives: means,
    means,
    takes: slow ? 'slow' : 'quick',
    reply: {
      kind: 'response',
      httpStatus: status ?? 200,
      retryAfter: retryAfter ?? null,
      body: text.encode(body ?? ''),
      remoteAddress: '203.0.113.7',
    },
  };
}

function failure(
  name: string,
  reason: TransportFailure,
  uncertain: boolean,
  rest: Pick<Answer, 'arrives' | 'takes'>,
): Answer {
  const reply: Reply = {
    kind: 'failure',
    reason,
    detail: `Simulated: ${name}.`,
    uncertain,
    remoteAddress: null,
  };
  return { name, means: 'retry', reply, ...rest };
}

const success = '{"state":200,"payload":"Success"}';
const envelope = (state: number): string => `{"state":${state},"payload":"simulated"}`;

export const accepted: Answer = response('accepted', 'accepted', { body: success });
export const wrongKey: Answer = response('wrong key', 'unauthorized', { body: envelope(401) });

const never = { arrives: null, takes: 'quick' } as const;
const processed = { arrives: 'accepted', takes: 'quick' } as const;

/** All that can go wrong with one request, by name. */
export const faults: readonly Answer[] = [
  failure('connection refused', 'refused', false, never),
  failure('name not found', 'dns', false, never),
  failure('TLS fault', 'tls', false, never),
  failure('no connection', 'connect-timeout', false, { arrives: null, takes: 'connect-timeout' }),
  failure('black hole', 'timeout', true, { arrives: null, takes: 'timeout' }),
  failure('reset before arriving', 'reset', true, never),
  failure('processed, reply lost', 'timeout', true, { arrives: 'accepted', takes: 'timeout' }),
  failure('processed, then reset', 'reset', true, processed),
  failure('processed, reply malformed', 'malformed-response', true, processed),
  failure('processed, reply too large', 'response-too-large', true, processed),
  response('HTTP 500', 'retry', { status: 500 }),
  response('HTTP 503, slow', 'retry', { status: 503, slow: true }),
  response('HTTP 502 page', 'retry', { status: 502, body: '<html>Bad gateway</html>' }),
  response('HTTP 500 around a success', 'retry', { status: 500, body: success }),
  response('state 500', 'retry', { body: envelope(500) }),
  response('unknown state', 'retry', { body: envelope(299) }),
  response('page instead of envelope', 'retry', { body: '<html>Welcome</html>' }),
  response('empty body', 'retry', {}),
  response('envelope cut off', 'retry', { body: success.slice(0, 11) }),
  response('redirect', 'retry', { status: 302 }),
  response('Retry-After in seconds', 'retry', { status: 503, retryAfter: '77' }),
  response('Retry-After too long', 'retry', { status: 429, retryAfter: '90000' }),
  response('Retry-After as a date', 'retry', { status: 503, retryAfter: 'Thu, 01 Jan 2026 02:00:00 GMT' }),
  response('slow', 'accepted', { body: success, slow: true }),
  response('refused', 'refused', { body: envelope(403) }),
];

/** Answers after which the endpoint pauses: rarer, or nothing else would be seen. */
export const pausingFaults: readonly Answer[] = [
  response('state 401', 'unauthorized', { body: envelope(401) }),
  response('state 4011', 'unauthorized', { body: envelope(4011) }),
  response('HTTP 401', 'unauthorized', { status: 401 }),
  response('HTTP 410', 'gone', { status: 410 }),
];

/** How a dead endpoint fails, all the time. */
export const deaths: readonly Answer[] = faults.filter(({ name }) =>
  ['connection refused', 'no connection', 'black hole', 'HTTP 500', 'HTTP 502 page'].includes(name),
);
