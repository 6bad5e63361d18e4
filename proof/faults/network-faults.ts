import type { Group } from './fault.ts';

const faults = 'packages/engine/test/http-transport-faults.test.ts';
const guard = 'packages/engine/test/http-transport-guard.test.ts';
const limits = 'packages/engine/test/http-transport-limits.test.ts';
const ordinary = 'packages/engine/test/http-transport.test.ts';
const tls = 'packages/engine/test/http-transport-tls.test.ts';
const replies = 'packages/engine/test/reply-table.test.ts';

/** What the way to an endpoint, and the endpoint's HTTP, can do. */
export const networkFaults: Group = [
  {
    number: 38,
    fault: 'names that do not exist, fail or never answer',
    expected: 'certainly not received, tried again; other endpoints are not held up',
    shownBy: [
      { file: guard, named: 'a name that cannot be resolved' },
      { file: 'packages/engine/test/resolve-host.test.ts', named: 'throws when the name does not exist' },
    ],
  },
  {
    number: 39,
    fault: 'connection refused',
    expected: 'certainly not received',
    shownBy: [{ file: faults, named: 'reports a refused connection as certain' }],
  },
  {
    number: 40,
    fault: 'a host that answers no SYN',
    expected: 'given up after the connect timeout',
    shownBy: [{ file: guard, named: 'a host that answers no SYN' }],
  },
  {
    number: 41,
    fault: 'reset before or within the request, after the head, within the body of the answer',
    expected: 'perhaps received: tried again',
    shownBy: [
      { file: faults, named: 'as an uncertain reset, sent once' },
      { file: faults, named: 'reports a reset before the request was read through as uncertain' },
    ],
  },
  {
    number: 42,
    fault: 'the peer vanishes',
    expected: 'ended at the total timeout, perhaps received',
    shownBy: [{ file: limits, named: 'ends a head that never comes at the total timeout' }],
  },
  {
    number: 43,
    fault: 'a kept connection is closed as the next request is written',
    expected: 'perhaps received; never sent again unseen',
    shownBy: [{ file: faults, named: 'a kept connection that the endpoint closes' }],
  },
  {
    number: 44,
    fault: 'head or body drip byte by byte',
    expected: 'ended at the total timeout',
    shownBy: [
      { file: limits, named: 'ends a head that drips at the total timeout' },
      { file: limits, named: 'ends a body that drips at the total timeout' },
    ],
  },
  {
    number: 45,
    fault: 'a body without end',
    expected: 'cut off at 64 KiB',
    shownBy: [{ file: limits, named: 'stops reading and closes the connection when a body' }],
  },
  {
    number: 46,
    fault: 'a compressed bomb',
    expected: 'never unpacked, so no envelope',
    shownBy: [{ file: ordinary, named: 'does not decompress a body' }],
  },
  {
    number: 47,
    fault: '2,000 headers',
    expected: 'cut off',
    shownBy: [{ file: limits, named: 'refuses 2,000 headers' }],
  },
  {
    number: 48,
    fault: 'an unasked 100 Continue',
    expected: 'perhaps received: tried again',
    shownBy: [{ file: faults, named: 'an unasked 100 Continue' }],
  },
  {
    number: 49,
    fault: 'HTTP/1.0 with a body up to the close',
    expected: 'read',
    shownBy: [{ file: ordinary, named: 'an HTTP/1.0 body up to the close' }],
  },
  {
    number: 50,
    fault: 'trailers; bad chunks, wrong and doubled lengths',
    expected: 'the valid are read; the others are tried again, their connection never reused',
    shownBy: [
      { file: ordinary, named: 'reads a chunked body with trailers' },
      { file: faults, named: 'takes the announced length of a body that is longer' },
      { file: faults, named: 'malformed' },
    ],
  },
  {
    number: 51,
    fault: '200 or 204 without a body',
    expected: 'no envelope: tried again',
    shownBy: [
      { file: replies, named: 'empty' },
      { file: ordinary, named: 'returns 204 with an empty body' },
    ],
  },
  {
    number: 52,
    fault: 'redirects',
    expected: 'never followed',
    shownBy: [
      { file: ordinary, named: 'does not follow a redirect' },
      { file: replies, named: 'a redirect, never followed' },
    ],
  },
  {
    number: 53,
    fault: '401, 403, 404, 410, 429, 5xx, and every Retry-After',
    expected: 'as the table says; 410 pauses; Retry-After within 1 s to 1 h',
    shownBy: [
      { file: 'packages/engine/test/interpret.test.ts', named: 'what a reply means' },
      { file: 'packages/engine/test/engine.test.ts', named: 'that answers HTTP 410 pauses likewise' },
      { file: 'packages/engine/test/retry.test.ts', named: 'Retry-After' },
    ],
  },
  {
    number: 54,
    fault: 'TLS: expired, self-signed, wrong name, too old, ended in the handshake',
    expected: 'refused, certainly not received; no way to turn that off',
    shownBy: [{ file: tls, named: 'an https endpoint' }],
  },
  {
    number: 55,
    fault: 'an endpoint that speaks HTTP/2 only',
    expected: 'refused, with the reason',
    shownBy: [{ file: tls, named: 'is refused when it speaks HTTP/2 only' }],
  },
];
