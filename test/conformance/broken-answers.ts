// Mistakes in answering and verifying. Beside each, the cases that have to find it, and no others.
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Broken } from './broken-receivers.ts';
import { careful, Refused, type Steps } from './careful-receiver.ts';
import { signKey } from './subject.ts';

const json = { 'content-type': 'application/json' };

const answerAs = (
  write: (answer: { state: number; payload: string }, response: ServerResponse) => void,
): Pick<Steps, 'render'> => ({ render: write });

const first = (request: IncomingMessage, name: string): string => request.headersDistinct[name]?.[0] ?? '';

/** What a request's form says about its own signature. */
const signing = new WeakMap<IncomingMessage, ReadonlyMap<string, string>>();

const stages: readonly Broken[] = [
  {
    name: 'answers 201 without an envelope',
    stopsAll: true,
    steps: answerAs((_answer, response) => response.writeHead(201).end()),
    fails: ['answer-envelope', 'answer-status-200'],
  },
  {
    name: 'answers 201 with the envelope',
    steps: answerAs((answer, response) => response.writeHead(201, json).end(JSON.stringify(answer))),
    fails: ['answer-status-200'],
  },
  {
    name: 'writes the state as a string',
    stopsAll: true,
    steps: answerAs(({ state, payload }, response) =>
      response.writeHead(200, json).end(JSON.stringify({ state: String(state), payload })),
    ),
    fails: ['answer-state-integer'],
  },
  {
    name: 'writes the state as a fraction',
    stopsAll: true,
    steps: answerAs(({ state }, response) =>
      response.writeHead(200, json).end(`{"state":${state}.0,"payload":""}`),
    ),
    fails: ['answer-state-integer'],
  },
  {
    name: 'puts an object into the payload',
    stopsAll: true,
    steps: answerAs(({ state, payload }, response) =>
      response.writeHead(200, json).end(JSON.stringify({ state, payload: { message: payload } })),
    ),
    fails: ['answer-payload-string'],
  },
  {
    name: 'answers an HTML page',
    stopsAll: true,
    steps: answerAs((_answer, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>ok</title>'),
    ),
    fails: ['answer-envelope'],
  },
  {
    name: 'answers in GBK',
    stopsAll: true,
    steps: answerAs(({ state }, response) => {
      const parts = [
        Buffer.from(`{"state":${state},"payload":"`),
        Buffer.of(0xb3, 0xc9, 0xb9, 0xa6),
        Buffer.from('"}'),
      ];
      response.writeHead(200, json).end(Buffer.concat(parts));
    }),
    fails: ['answer-envelope'],
  },
  {
    name: 'redirects',
    stopsAll: true,
    steps: answerAs((_answer, response) => response.writeHead(302, { location: '/done' }).end()),
    fails: ['answer-no-redirect'],
  },
  {
    name: 'answers 500 to everything',
    stopsAll: true,
    steps: answerAs((_answer, response) => response.writeHead(500).end('Internal Server Error')),
    fails: ['answer-status-2xx'],
  },
  {
    name: 'refuses everything',
    stopsAll: true,
    steps: answerAs((_answer, response) => response.writeHead(200, json).end('{"state":401,"payload":""}')),
    fails: ['answer-accepted'],
  },
  {
    name: 'answers too late',
    stopsAll: true,
    timeoutMs: 300,
    steps: answerAs((answer, response) => {
      setTimeout(() => careful.render(answer, response), 1000);
    }),
    fails: ['answer-in-time'],
  },
  {
    name: 'never finishes its answer',
    stopsAll: true,
    timeoutMs: 300,
    steps: answerAs((_answer, response) => {
      response.writeHead(200, { ...json, 'content-length': 100 }).write('{"state":200');
    }),
    fails: ['answer-in-time'],
  },
  {
    name: 'answers more than 64 KiB',
    stopsAll: true,
    steps: answerAs(({ state }, response) =>
      response.writeHead(200, json).end(JSON.stringify({ state, payload: 'x'.repeat(70_000) })),
    ),
    fails: ['answer-in-time'],
  },
  {
    name: 'declares its answer as HTML',
    steps: answerAs((answer, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(JSON.stringify(answer)),
    ),
    fails: ['answer-content-type'],
  },
  {
    name: 'leaves the payload out',
    steps: answerAs(({ state }, response) => response.writeHead(200, json).end(JSON.stringify({ state }))),
    fails: ['answer-payload-present'],
  },
];

const refusals: readonly Broken[] = [
  {
    name: 'puts the stack into the payload',
    steps: {
      render(answer, response, error) {
        const payload = error instanceof Error ? (error.stack ?? '') : answer.payload;
        careful.render({ ...answer, payload }, response);
      },
    },
    fails: ['refusal-without-stack-trace'],
  },
  {
    name: 'tells the sign that it expected',
    steps: {
      checkSign(claimed, right) {
        if (claimed.toLowerCase() !== right) throw new Refused(401, `the sign should be ${right}`);
      },
      render(answer, response, error) {
        const payload = error instanceof Refused ? error.message : answer.payload;
        careful.render({ ...answer, payload }, response);
      },
    },
    fails: ['refusal-without-secret'],
  },
  {
    name: 'tells the sign key in a header',
    steps: {
      render(answer, response) {
        response.setHeader('x-debug', signKey);
        careful.render(answer, response);
      },
    },
    fails: ['refusal-without-secret'],
  },
  {
    name: 'answers 403 to a wrong sign',
    steps: {
      render(answer, response) {
        careful.render({ ...answer, state: answer.state === 401 ? 403 : answer.state }, response);
      },
    },
    fails: ['refusal-state-401'],
  },
  {
    name: 'answers 403 to what it does not understand',
    steps: {
      render(answer, response) {
        careful.render({ ...answer, state: answer.state === 500 ? 403 : answer.state }, response);
      },
    },
    fails: ['refusal-not-final'],
  },
  {
    name: 'refuses with a bare HTTP 401',
    steps: {
      render(answer, response) {
        if (answer.state === 401) response.writeHead(401).end('Unauthorized');
        else careful.render(answer, response);
      },
    },
    fails: ['refusal-envelope'],
  },
];

const verifying: readonly Broken[] = [
  {
    name: 'accepts what is not signed',
    steps: {
      readHeader: (request, name) => first(request, name),
      readTimestamp: (text) => (text === '' ? Date.now() : careful.readTimestamp(text)),
      checkSign: (claimed, right) => (claimed === '' ? undefined : careful.checkSign(claimed, right)),
      isRepeat: (sign, fields, handled) => sign !== '' && careful.isRepeat(sign, fields, handled),
    },
    fails: [
      'sign-absent',
      'sign-and-timestamp-absent',
      'sign-empty',
      'sign-in-query',
      'sign-twice-right-first',
      'sign-without-timestamp',
      'timestamp-twice',
    ],
  },
  {
    name: 'compares the beginning of the sign',
    steps: {
      checkSign(claimed, right) {
        if (!right.startsWith(claimed.toLowerCase())) throw new Refused(401, 'sign');
      },
    },
    fails: ['sign-truncated'],
  },
  {
    name: 'compares the first 32 digits of the sign',
    steps: { checkSign: (claimed, right) => careful.checkSign(claimed.slice(0, 32), right) },
    fails: ['sign-with-more'],
  },
  {
    name: 'wants the sign in lower case',
    steps: {
      checkSign(claimed, right) {
        if (claimed !== right) throw new Refused(401, 'sign');
      },
    },
    fails: ['sign-upper-case'],
  },
  {
    name: 'has an empty key beside the right one',
    signKeys: ['CdLvNRRQvy0xjORPNvuVaA', ''],
    steps: {},
    fails: ['sign-of-empty-key'],
  },
  {
    name: 'has no time window',
    steps: { checkAge: () => {} },
    fails: [
      'timestamp-1-day-ahead',
      'timestamp-1-day-old',
      'timestamp-10-minutes-ahead',
      'timestamp-10-minutes-old',
      'timestamp-8-hours-old',
    ],
  },
  {
    name: 'looks back only',
    steps: { checkAge: (ageMs) => careful.checkAge(Math.max(ageMs, 0)) },
    fails: ['timestamp-1-day-ahead', 'timestamp-10-minutes-ahead'],
  },
  {
    name: 'forgives 8 hours of time zone',
    steps: { checkAge: (ageMs) => careful.checkAge(ageMs > 28_000_000 ? ageMs - 28_800_000 : ageMs) },
    fails: ['timestamp-8-hours-old'],
  },
  {
    name: 'has a window of one minute',
    steps: { checkAge: (ageMs) => careful.checkAge(ageMs * 5) },
    fails: ['timestamp-2-minutes-ahead', 'timestamp-2-minutes-old'],
  },
  {
    name: 'accepts seconds',
    steps: { readTimestamp: (text) => careful.readTimestamp(/^\d{10}$/.test(text) ? `${text}000` : text) },
    fails: ['timestamp-seconds'],
  },
  {
    name: 'converts the timestamp with Number',
    steps: { readTimestamp: Number },
    fails: [
      'forge-zeros-to-timestamp',
      ...['date', 'exponent', 'fraction', 'hard-space', 'hexadecimal', 'leading-zeros', 'not-a-number'],
      ...['plus-sign', 'underscores'],
    ].map((id) => (id.startsWith('forge') ? id : `timestamp-${id}`)),
  },
  {
    name: 'looks headers up by case',
    steps: {
      readHeader(request, name) {
        const at = request.rawHeaders.indexOf(name);
        if (at === -1) throw new Refused(401, `${name} is missing`);
        return careful.readHeader(request, name);
      },
    },
    fails: ['http-header-case'],
  },
  {
    name: 'looks at the form of the sign only',
    steps: {
      checkSign(claimed) {
        if (!/^[0-9a-f]{32}$/i.test(claimed)) throw new Refused(401, 'sign');
      },
      isRepeat: () => false,
    },
    fails: [
      'forge-known-sign',
      'http-keep-alive-after-refusal',
      'refusal-envelope',
      'refusal-state-401',
      'repeat-in-parallel-runs-once',
      'repeat-refused-has-no-effect',
      'repeat-runs-once',
      'sign-of-another-key',
      'sign-of-empty-key',
      'sign-of-other-timestamp',
      'sign-of-other-values',
      'sign-one-digit-off',
      'sign-placeholder',
    ],
  },
  {
    name: 'compares as many bytes as the sign decodes to',
    steps: {
      checkSign(claimed, right) {
        const bytes = Buffer.from(claimed, 'hex');
        if (!Buffer.from(right, 'hex').subarray(0, bytes.length).equals(bytes))
          throw new Refused(401, 'sign');
      },
    },
    fails: ['sign-not-hexadecimal', 'sign-truncated'],
  },
  {
    name: 'takes the last of repeated headers',
    steps: {
      readHeader(request, name) {
        const value = request.headersDistinct[name]?.at(-1) ?? '';
        if (value === '') throw new Refused(401, `${name} is missing`);
        return value;
      },
    },
    fails: ['sign-twice'],
  },
  {
    name: 'takes sign and timestamp from the form as well',
    steps: {
      decode(seen) {
        const pairs = careful.decode(seen);
        signing.set(seen.request, new Map(pairs));
        return pairs.filter(([name]) => name !== 'sign' && name !== 'timestamp');
      },
      readHeader: (request, name) => signing.get(request)?.get(name) ?? careful.readHeader(request, name),
    },
    fails: ['sign-in-body'],
  },
  {
    name: 'takes sign and timestamp from the query as well',
    steps: {
      readHeader: (request, name) =>
        new URL(request.url ?? '/', 'http://x').searchParams.get(name) ?? careful.readHeader(request, name),
    },
    fails: ['sign-in-query'],
  },
  {
    name: 'asks nothing of a timestamp',
    steps: { readTimestamp: () => Date.now() },
    fails: [
      ...['digit-from-timestamp', 'digit-to-timestamp', 'zeros-to-timestamp'].map((id) => `forge-${id}`),
      ...[
        '1-day-ahead',
        '1-day-old',
        '10-minutes-ahead',
        '10-minutes-old',
        '8-hours-old',
        'date',
        'exponent',
      ],
      ...['fraction', 'hard-space', 'hexadecimal', 'infinity', 'leading-zeros', 'not-a-number', 'plus-sign'],
      ...['seconds', 'underscores'],
    ].map((id) => (id.startsWith('forge') ? id : `timestamp-${id}`)),
  },
];

export const brokenAnswers: readonly Broken[] = [...stages, ...refusals, ...verifying];
