import { type Connect, groupOf, listCases, renderJunit, runConformance } from '@doorbell/conformance';
import type { Clock, Endpoint } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { type ConformanceStart, type ConformanceSummary, shownCase } from '../conformance-events.ts';
import { ConformanceRuns } from '../conformance-runs.ts';
import { admittedEveryMs, eventText, isStillAdmitted, openEventStream } from '../event-stream.ts';
import { limitConformanceRuns } from '../limit-rates.ts';
import { notFound, Problem } from '../problem.ts';
import { endpointParams } from '../schemas/id.ts';
import { problems } from '../schemas/problem.ts';

/** An endpoint that lets every request run into its time-out is not worth more. */
const runMsMax = 5 * 60_000;

const conformanceBody = Type.Object(
  {
    houseId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'A house that the endpoint knows, for every task, where it refuses others.',
      }),
    ),
  },
  { additionalProperties: false },
);

const description =
  'Sends some hundred changes of tasks that do not exist, rightly and wrongly signed, to the real URL with the real keys: ' +
  'point it at a test instance. The ids begin with `ct-<runId>-`, `ch-`, `cp-` and `cu-`; a rightly signed one is to ' +
  'be accepted, so the customer may keep it. Nothing of it is recorded as a notification. Events: `start` ({runId, cases}), ' +
  '`case` (id, group, level, outcome, why, detail, hint, and of a failed one what was sent and answered, keys masked), ' +
  '`ping`, and `report` ({grade, conforms, ended, counts, junit}). One run of an endpoint at a time, six in ten minutes, each ' +
  'five minutes at most; it ends when the connection does.';

export function conformanceRoutes(ports: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    const runs = new ConformanceRuns();
    const checkRate = limitConformanceRuns(app);
    app.addHook('preClose', async () => runs.endAll());

    app.post(
      '/endpoints/:endpointId/conformance',
      {
        schema: {
          tags: ['endpoints'],
          operationId: 'judgeEndpoint',
          summary: 'Run the conformance kit against an endpoint: server-sent events',
          description,
          params: endpointParams,
          body: conformanceBody,
          produces: ['text/event-stream'],
          response: {
            200: {
              description: 'A stream that ends with the report.',
              content: { 'text/event-stream': { schema: Type.String() } },
            },
            ...problems(400, 401, 404, 409, 413, 415, 503),
          },
        },
      },
      async (request, reply) => {
        const { params, body, store, actor } = request;
        const endpoint = await store.findEndpoint(params.endpointId);
        if (endpoint === undefined) throw notFound('endpoint', params.endpointId);
        const judged = signed(endpoint);
        const ending = runs.begin(endpoint.id);
        try {
          await checkRate(request);
          const runId = Buffer.from(ports.randomBytes(4)).toString('hex');
          const action = 'endpoint.conformance';
          await store.recordAudit({ actor, action, target: endpoint.id, before: null, after: { runId } });
          const raw = openEventStream(reply, ending);
          try {
            const send = (name: string, data: unknown) => raw.destroyed || raw.write(eventText(name, data));
            send('start', startOf(runId));
            void watchOver(request, ports.clock, ending, () => send('ping', {}));
            send('report', await judge(judged, { ...ports, runId, houseId: body.houseId, send, ending }));
          } finally {
            raw.end();
          }
        } finally {
          runs.over(endpoint.id);
        }
      },
    );
  };
}

type Signed = Endpoint & { readonly signKey: string };

function signed(endpoint: Endpoint): Signed {
  const { signKey } = endpoint;
  if (signKey !== null) return { ...endpoint, signKey };
  throw new Problem('unsigned-endpoint', 'The endpoint is unsigned: there is no signature to judge it by.');
}

function startOf(runId: string): ConformanceStart {
  return { runId, cases: listCases().map(({ id, level }) => ({ id, level, group: groupOf(id) })) };
}

interface Run extends Pick<AppPorts, 'clock' | 'connect'> {
  readonly runId: string;
  readonly houseId: string | undefined;
  readonly send: (name: string, data: unknown) => void;
  readonly ending: AbortController;
}

async function judge(
  { url, signKey, webhookSecret, revision, connectTimeoutMs, totalTimeoutMs }: Signed,
  { clock, connect, runId, houseId, send, ending }: Run,
): Promise<ConformanceSummary> {
  const guarded: Connect = (target, done) => connect(target, connectTimeoutMs, done);
  const { results, ...report } = await runConformance({
    ...{ url, signKey, revision, clock, runId, connect: guarded, signal: ending.signal },
    timeoutMs: totalTimeoutMs,
    ...(webhookSecret === null ? {} : { webhookSecret }),
    ...(houseId === undefined ? {} : { houseId }),
    onResult: (result) => send('case', shownCase(result)),
  });
  const detail = report.endpoint === 'unreachable' ? (results[0]?.detail ?? null) : null;
  return { ...report, detail, junit: renderJunit({ ...report, results: results.map(shownCase) }) };
}

/** Ends the run when its time is up, or when who began it may not be here any more. */
async function watchOver(
  request: FastifyRequest,
  clock: Clock,
  ending: AbortController,
  onRound: () => void,
): Promise<void> {
  const endsMs = clock.monotonicMs() + runMsMax;
  for (;;) {
    await clock.sleep(admittedEveryMs, ending.signal);
    const isOver = clock.monotonicMs() >= endsMs || !(await isStillAdmitted(request));
    if (ending.signal.aborted) return;
    if (isOver) ending.abort();
    else onRound();
  }
}
