import { parseEnvelope, type ReasonCode } from '@doorbell/contract';

import { type ConformanceCase, type Level, plainDelivery } from '../conformance-case.ts';
import type { Exchange } from '../exchange.ts';
import { describeAnswer, findDeliveryFault } from '../judge.ts';
import type { ProbeSettings } from '../probe.ts';
import type { Reply } from '../reply.ts';

interface AnswerSketch {
  readonly id: string;
  readonly level: Level;
  readonly why: string;
  readonly accepts: string;
  readonly hint: string;
  readonly needs: readonly string[];
}

/** One property of the answer to the plain delivery, so that an endpoint that has it all wrong hears it step by step. */
function answers(
  sketch: AnswerSketch,
  findFault: (reply: Reply, exchange: Exchange, settings: ProbeSettings) => string | null,
): ConformanceCase {
  return {
    ...sketch,
    sends: 'a plain notification, rightly signed',
    run: async (probe) => {
      const exchange = await probe.send(probe.sign(probe.fields()));
      const { reply } = exchange;
      return reply === null ? describeAnswer(exchange) : findFault(reply, exchange, probe.settings);
    },
  };
}

/** The reason why the envelope cannot be read, if it is one of these. */
function findEnvelopeFault(reply: Reply, codes: readonly ReasonCode[] | 'others'): string | null {
  const parsed = parseEnvelope(reply.body);
  if (parsed.ok) return null;
  const known =
    codes === 'others' ? !ofOtherCases.includes(parsed.fault.code) : codes.includes(parsed.fault.code);
  return known ? `${parsed.fault.code}: ${parsed.fault.detail}` : null;
}

const ofState: readonly ReasonCode[] = ['envelope-state-missing', 'envelope-state-not-integer'];
const ofPayload: readonly ReasonCode[] = ['envelope-payload-not-string'];
const ofOtherCases: readonly ReasonCode[] = [...ofState, ...ofPayload];

const isRedirect = (reply: Reply): boolean => reply.status >= 300 && reply.status < 400;

export const answerCases: readonly ConformanceCase[] = [
  answers(
    {
      id: 'answer-in-time',
      level: 'must',
      why: 'The platform waits 15 s for a complete HTTP answer of at most 64 KiB; whatever comes later never came, and is sent again.',
      accepts: 'a complete HTTP answer within the time limit',
      hint: 'Answer first and work afterwards: put the change into a queue or a table, answer, and let a worker act on it. Check that the URL, the port and the path are right.',
      needs: [],
    },
    () => null,
  ),
  answers(
    {
      id: 'answer-prompt',
      level: 'should',
      why: 'An endpoint that takes seconds for one notification falls behind when hundreds of tasks change state at once.',
      accepts: 'an answer within 3 s',
      hint: 'Take slow work (mail, other services, pictures) out of the request: store the change, answer, work afterwards.',
      needs: ['answer-in-time'],
    },
    (_reply, exchange, { promptMs }) =>
      exchange.durationMs <= promptMs ? null : `the answer took ${exchange.durationMs} ms`,
  ),
  answers(
    {
      id: 'answer-no-redirect',
      level: 'must',
      why: 'Redirects are never followed: the body would be lost or sent where nobody signed for.',
      accepts: 'any HTTP status but 3xx',
      hint: 'Give the platform the final URL: https instead of http, with or without the trailing slash, not behind a login page.',
      needs: ['answer-in-time'],
    },
    (reply, exchange) => (isRedirect(reply) ? describeAnswer(exchange) : null),
  ),
  answers(
    {
      id: 'answer-status-2xx',
      level: 'must',
      why: 'The platform counts a notification as delivered only under an HTTP status of 2xx.',
      accepts: 'HTTP 2xx (a redirect is judged by answer-no-redirect)',
      hint: 'See what the answer says. 404: another path. 403: a CSRF check or a firewall that has to except this path. 415: the framework needs a parser for application/x-www-form-urlencoded. 401: the sign key or the way of signing; run doorbell explain on the request.',
      needs: ['answer-no-redirect'],
    },
    (reply, exchange) => (reply.status >= 200 && reply.status < 300 ? null : describeAnswer(exchange)),
  ),
  answers(
    {
      id: 'answer-status-200',
      level: 'should',
      why: 'The published pages know only HTTP 200; some frameworks answer 201 to every POST.',
      accepts: 'HTTP 200',
      hint: 'Set the status explicitly, for example @HttpCode(200) in NestJS.',
      needs: ['answer-status-2xx'],
    },
    (reply) => (reply.status === 200 ? null : `the answer was HTTP ${reply.status}`),
  ),
  answers(
    {
      id: 'answer-envelope',
      level: 'must',
      why: 'The answer is a JSON envelope, and the envelope decides, not the HTTP status.',
      accepts: 'one JSON object in UTF-8, without a key that occurs twice',
      hint: 'Answer {"state":200,"payload":"Success"} and nothing else: no HTML, no bare "ok", no empty body, no JSON in a string.',
      needs: ['answer-status-2xx'],
    },
    (reply) => findEnvelopeFault(reply, 'others'),
  ),
  answers(
    {
      id: 'answer-state-integer',
      level: 'must',
      why: 'The state of the envelope is a JSON integer; "200", 200.0 and true are not.',
      accepts: 'state as a JSON integer, such as 200',
      hint: 'Write the number without quotes; in a typed language declare the field as int, not as string or double. The name is "state" in lower case.',
      needs: ['answer-envelope'],
    },
    (reply) => findEnvelopeFault(reply, ofState),
  ),
  answers(
    {
      id: 'answer-payload-string',
      level: 'must',
      why: 'The payload of the envelope is a string; an object there makes the answer unreadable.',
      accepts: 'payload as a JSON string, or null, or absent',
      hint: 'Put a text into payload, or leave it empty: {"state":200,"payload":""}.',
      needs: ['answer-state-integer'],
    },
    (reply) => findEnvelopeFault(reply, ofPayload),
  ),
  answers(
    {
      id: 'answer-payload-present',
      level: 'should',
      why: 'The published page says that payload may be empty, not that it may be absent.',
      accepts: 'an envelope with a payload that is a string',
      hint: 'Always write payload, if need be as an empty string.',
      needs: ['answer-payload-string'],
    },
    (reply) => (/"payload"\s*:\s*"/.test(reply.body.toString('utf8')) ? null : 'there is no payload'),
  ),
  answers(
    {
      id: 'answer-content-type',
      level: 'should',
      why: 'Proxies and logs treat an answer by its declared type; an envelope declared as HTML gets things injected.',
      accepts: 'Content-Type: application/json, with or without a charset of UTF-8',
      hint: 'Set the header Content-Type: application/json; charset=utf-8.',
      needs: ['answer-envelope'],
    },
    (reply) => {
      const type = reply.headers.find(([name]) => name === 'content-type')?.[1] ?? 'none';
      const right = /^application\/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i;
      return right.test(type) ? null : `the Content-Type was ${type}`;
    },
  ),
  answers(
    {
      id: plainDelivery,
      level: 'must',
      why: 'A plain notification, rightly signed, is accepted. Before that holds, nothing else can be judged.',
      accepts: 'HTTP 2xx and an envelope with state 200',
      hint: 'State 401: compare the sign key, then the text that is signed (doorbell explain names the mistake). State 403: the endpoint does not know the house; name one that it knows (--house-id), or have a test instance take any. State 500: see the log of the endpoint.',
      needs: ['answer-status-2xx', 'answer-envelope', 'answer-state-integer', 'answer-payload-string'],
    },
    (_reply, exchange) => findDeliveryFault(exchange),
  ),
];
