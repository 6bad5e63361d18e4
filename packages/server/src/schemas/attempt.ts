import { type AttemptRecord, decodeTimings, type Timings } from '@doorbell/engine';
import { type Static, Type } from 'typebox';
import { fieldsOfAttempt, signedTextOf } from '../read-attempt.ts';
import { nullable } from './nullable.ts';
import { showTime, time } from './time.ts';

const timings = Type.Object(
  {
    reused: Type.Boolean({
      description: 'The connection was kept from an earlier request: no name, no connect, no TLS.',
    }),
    queuedMs: nullable(Type.Number({ description: 'Waiting for one of the connections to be free.' })),
    dnsMs: nullable(Type.Number()),
    connectMs: nullable(Type.Number()),
    tlsMs: nullable(Type.Number()),
    waitMs: nullable(
      Type.Number({ description: 'From the request to the first byte of the answer, or to the end.' }),
    ),
    downloadMs: nullable(Type.Number()),
  },
  { title: 'Timings', description: 'Where the time went; null for steps that were not taken.' },
);

export const attempt = Type.Object(
  {
    number: Type.Integer({
      description:
        'As the endpoint saw it in `doorbell-attempt`: from 1, and from 1 again after a resend. Two attempts share a ' +
        'number when the first did not count: the endpoint was paused by it, or the second used the previous sign key.',
    }),
    post: Type.Integer({ description: '1, or 2 for the second request with the previous sign key.' }),
    at: time,
    durationMs: Type.Number(),
    timings: nullable(timings),
    outcome: Type.Enum(['accepted', 'refused', 'retry', 'misconfigured']),
    reason: Type.String({ description: 'Stable and machine-readable: why it counted as it did.' }),
    detail: Type.String(),
    key: nullable(Type.String({ description: '`current` or `previous`; null when it was not signed.' })),
    fenced: Type.Boolean({ description: 'It ended after its lease and changed nothing.' }),
    request: Type.Object({
      url: Type.String(),
      headers: Type.Unsafe<Readonly<Record<string, string>>>({
        type: 'object',
        additionalProperties: { type: 'string' },
      }),
      body: Type.String(),
      sign: nullable(Type.String()),
      fields: nullable(
        Type.Array(Type.Object({ name: Type.String(), value: Type.String() }), {
          description: 'The form as decoded, in the order of the body; null when no request could be made.',
        }),
      ),
      signedText: nullable(
        Type.String({ description: 'The text whose MD5 is the sign, `[sign key]` in the place of the key.' }),
      ),
    }),
    response: Type.Object({
      httpStatus: nullable(Type.Integer({ description: 'null when no HTTP answer came.' })),
      state: nullable(
        Type.Integer({ description: 'The state in the envelope, apart from the HTTP status.' }),
      ),
      body: nullable(Type.String({ description: 'At most 1 KiB of it.' })),
      remoteAddress: nullable(Type.String()),
    }),
  },
  { title: 'Attempt' },
);

export function showAttempt(record: AttemptRecord): Static<typeof attempt> {
  const fields = fieldsOfAttempt(record);
  const { at, durationMs, outcome, reason, detail, key, fenced, post } = record;
  return {
    number: record.attempt,
    post,
    at: showTime(at),
    durationMs: Math.round(durationMs * 10) / 10,
    timings: record.timings === null ? null : showTimings(decodeTimings(record.timings)),
    outcome,
    reason,
    detail,
    key,
    fenced,
    request: {
      url: record.url,
      headers: record.requestHeaders,
      body: record.requestBody,
      sign: record.sign,
      fields: fields && [...fields].map(([name, value]) => ({ name, value })),
      signedText: signedTextOf(record),
    },
    response: {
      httpStatus: record.httpStatus,
      state: record.responseState,
      body: record.responseBody,
      remoteAddress: record.remoteAddress,
    },
  };
}

function showTimings(steps: Timings): Static<typeof timings> {
  return { reused: steps.waitMs !== null && steps.connectMs === null, ...steps };
}

const verified = Type.Object(
  {
    verdict: Type.Enum(['holds', 'does-not-hold', 'not-signed', 'no-key']),
    detail: Type.String(),
    key: nullable(Type.String({ description: '`current` or `previous`: which of the present keys fits.' })),
  },
  { title: 'Verification' },
);

export const attemptVerification = Type.Object(
  {
    attempt: Type.Integer({ description: 'Its place among the attempts, from 0.' }),
    sign: verified,
    webhookSignature: verified,
  },
  { title: 'AttemptVerification' },
);
