import { refuses } from '../case-shapes.ts';
import { type ConformanceCase, plainDelivery } from '../conformance-case.ts';
import { describeAnswer, findEnvelope, findFirst } from '../judge.ts';
import type { Probe } from '../probe.ts';
import { formOf, signatureOf } from '../signed-request.ts';
import type { WireRequest } from '../wire-request.ts';

const methodHint = 'Accept POST alone on this path; answer anything else with 405.';

/** Rightly signed, with the fields in the query and no body. */
function inQuery(probe: Probe, method: string): WireRequest {
  const fields = probe.fields();
  return probe.sign(fields, { method, query: formOf(fields), body: '', contentType: null });
}

const forgedSign = '0123456789abcdef'.repeat(2);

/** Requests that reach different corners of an endpoint; none may be accepted, and none may make it talk. */
function provocations(probe: Probe): readonly WireRequest[] {
  const fields = probe.fields();
  return [
    probe.sign(fields, { sign: forgedSign, webhook: 'none' }),
    probe.sign(fields, { sign: 'x', webhook: 'none' }),
    probe.sign(fields, { timestamp: 'x', webhook: 'none' }),
    probe.sign(fields, { body: 'userName=%zz&state=%', webhook: 'none' }),
    probe.sign(fields, { body: 'userName=%ff%fe', webhook: 'none' }),
    probe.sign(probe.fields({ state: 'x' })),
    probe.sign(fields, { body: '{"state":', contentType: 'application/json', webhook: 'none' }),
    probe.sign([], { body: '' }),
    probe.sign(fields, { contentType: 'application/x-www-form-urlencoded; charset=gbk', webhook: 'none' }),
  ];
}

const traces: readonly RegExp[] = [
  /^\s*at .+:\d+/m,
  /\n\s+at \S+/,
  /\\n\s*at \S+/,
  /Traceback \(most recent call last\)/,
  /File ".+", line \d+/,
  /\.java:\d+\)/,
  /\bgoroutine \d+ \[/,
  /\.go:\d+\b/,
  /Stack trace:/i,
  /\.php(?: on line |:)\d+/i,
  /\.cs:line \d+/,
  /node_modules[\\/]/,
];

export const requestCases: readonly ConformanceCase[] = [
  refuses(
    {
      id: 'request-get',
      why: 'A notification is a POST; a GET can be sent by any link or picture, and is repeated by proxies.',
      sends: 'GET with the fields in the query, rightly signed',
      hint: methodHint,
    },
    (probe) => inQuery(probe, 'GET'),
  ),
  refuses(
    {
      id: 'request-put',
      level: 'should',
      why: 'A notification is a POST.',
      sends: 'PUT with a rightly signed form',
      hint: methodHint,
    },
    (probe) => probe.sign(probe.fields(), { method: 'PUT' }),
  ),
  refuses(
    {
      id: 'request-fields-in-query',
      why: 'The fields are the form in the body; a query ends up in logs, and some frameworks mix it with the body.',
      sends: 'POST with the fields in the query and an empty body, rightly signed',
      hint: 'Take the fields from the body alone ($_POST, not $_REQUEST; request.getParameter in Java mixes both).',
    },
    (probe) => {
      const fields = probe.fields();
      return probe.sign(fields, { query: formOf(fields), body: '' });
    },
  ),
  refuses(
    {
      id: 'request-state-in-query',
      why: 'A field that may come from the query as well can be set by whoever writes the URL.',
      sends: 'POST with all fields but state in the body, state in the query, rightly signed',
      hint: 'Take the fields from the body alone ($_POST, not $_REQUEST; request.getParameter in Java mixes both).',
    },
    (probe) => {
      const fields = probe.fields();
      const body = formOf(fields.filter(([name]) => name !== 'state'));
      return probe.sign(fields, { query: 'state=50000', body });
    },
  ),
];

export const refusalCases: readonly ConformanceCase[] = [
  {
    id: 'refusal-envelope',
    level: 'should',
    why: 'A refusal in the envelope tells the platform what to do; anything else is retried for three days.',
    sends: 'a wrong sign',
    accepts: 'a JSON envelope with an integer state other than 200',
    hint: 'Answer {"state":401,"payload":"authentication failed"} also where a framework would answer with a page of its own.',
    needs: [plainDelivery],
    run: async (probe) => {
      const exchange = await probe.send(probe.sign(probe.fields(), { sign: forgedSign, webhook: 'none' }));
      const envelope = findEnvelope(exchange);
      return envelope !== null && envelope.state !== 200 ? null : describeAnswer(exchange);
    },
  },
  {
    id: 'refusal-state-401',
    level: 'should',
    why: '401 pauses the endpoint until the key is mended, and nothing is lost; 403 has every notification given up for good.',
    sends: 'a wrong sign',
    accepts: 'an envelope with state 401, or HTTP 401',
    hint: 'Answer state 401 to a wrong, missing or stale sign; keep 403 for notifications that you never want to see again.',
    needs: [plainDelivery],
    run: async (probe) => {
      const exchange = await probe.send(probe.sign(probe.fields(), { sign: forgedSign, webhook: 'none' }));
      const is401 = findEnvelope(exchange)?.state === 401 || exchange.reply?.status === 401;
      return is401 ? null : describeAnswer(exchange);
    },
  },
  {
    id: 'refusal-not-final',
    level: 'should',
    why: '403 has a notification given up for good: something that cannot be read today may be read after a fix.',
    sends: 'an unknown state, rightly signed',
    accepts: 'any refusal whose envelope does not say 403',
    hint: 'Answer state 500 to what you do not understand: it is kept and tried again while you mend it.',
    needs: [plainDelivery],
    run: async (probe) => {
      const exchange = await probe.send(probe.sign(probe.fields({ state: '12345' })));
      return findEnvelope(exchange)?.state === 403 ? describeAnswer(exchange) : null;
    },
  },
  {
    id: 'refusal-without-stack-trace',
    level: 'must',
    why: 'A stack trace tells an attacker what runs here, and is no answer.',
    sends: 'nine requests that are wrong in different ways',
    accepts: 'answers without a stack trace',
    hint: 'Catch what is thrown, log it, and answer {"state":500,"payload":"internal error"}; switch off the debug pages of the framework.',
    needs: [plainDelivery],
    run: async (probe) => {
      const faults: (string | null)[] = [];
      for (const request of provocations(probe)) {
        const exchange = await probe.send(request);
        const text = exchange.reply?.body.toString('utf8') ?? '';
        faults.push(traces.some((trace) => trace.test(text)) ? describeAnswer(exchange) : null);
      }
      return findFirst(faults);
    },
  },
  {
    id: 'refusal-without-secret',
    level: 'must',
    why: 'An answer that names the sign it expected signs whatever a forger sends.',
    sends: 'a wrong sign',
    accepts: 'an answer with neither the right sign nor the sign key in it',
    hint: 'Put the expected sign and the signed text into no answer; if you must, into a log that nobody else reads.',
    needs: [plainDelivery],
    run: async (probe) => {
      const fields = probe.fields();
      const timestamp = String(probe.nowMs());
      const exchange = await probe.send(probe.sign(fields, { timestamp, sign: forgedSign, webhook: 'none' }));
      const head = exchange.reply?.headers.map(([, value]) => value).join('\n') ?? '';
      const answer = `${head}\n${exchange.reply?.body.toString('utf8') ?? ''}`.toLowerCase();
      const { signKey } = probe.settings;
      if (answer.includes(signKey.toLowerCase())) return 'the answer has the sign key in it';
      const right = signatureOf(fields, signKey, timestamp);
      return answer.includes(right) ? 'the answer has the right sign in it' : null;
    },
  },
];
