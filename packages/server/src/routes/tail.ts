import type { Clock } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { admittedEveryMs, eventText, isStillAdmitted, openEventStream } from '../event-stream.ts';
import { Problem } from '../problem.ts';
import { customerId, endpointId, houseTaskId } from '../schemas/id.ts';
import { problems } from '../schemas/problem.ts';
import { showTime } from '../schemas/time.ts';
import type { TailEvent } from '../tail.ts';
import { TailBuffer } from '../tail-buffer.ts';

/** Events go out so often, all that came since in one write. */
const flushEveryMs = 250;
const pingEveryMs = 15_000;
/** Bytes that a client may leave unread; what comes meanwhile is dropped and counted. */
const unreadBytesMax = 256 * 1_024;
/** Each holds a connection and a buffer. */
const clientsMax = 100;
/** Of one key, user or link: nobody can take all of them. */
const clientsOfOneMax = 20;

const outcome = Type.Enum(['accepted', 'refused', 'retry', 'misconfigured']);

export function tailRoutes({ tail, clock }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    const open = new Map<AbortController, string>();
    app.addHook('preClose', async () => {
      for (const stream of open.keys()) stream.abort();
    });

    /** Throws the problem when too many watch already. */
    function checkRoom(who: string): void {
      const own = [...open.values()].filter((each) => each === who).length;
      const most = own >= clientsOfOneMax ? clientsOfOneMax : clientsMax;
      if (own < clientsOfOneMax && open.size < clientsMax) return;
      throw new Problem('too-many-streams', `${most} watch already. Close one, then try again.`);
    }

    app.get(
      '/tail',
      {
        schema: {
          tags: ['notifications'],
          operationId: 'tail',
          summary: 'Watch attempts as they are settled: server-sent events',
          description:
            'Events: `notification` (an attempt, as JSON), `dropped` ({count}: more came than this client took; the first 500 of ' +
            'each quarter of a second are sent), `ping`. Where other processes deliver, they are half a second behind. ' +
            'It ends within seconds of the session, key or link that opened it.',
          querystring: Type.Object(
            {
              customerId: Type.Optional(customerId),
              endpointId: Type.Optional(endpointId),
              houseTaskId: Type.Optional(houseTaskId),
              outcome: Type.Optional(outcome),
            },
            { additionalProperties: false },
          ),
          produces: ['text/event-stream'],
          response: {
            200: {
              description: 'A stream that does not end.',
              content: { 'text/event-stream': { schema: Type.String() } },
            },
            ...problems(400, 401, 503),
          },
        },
      },
      async ({ query, principal }, reply) => {
        const who = `${principal.kind} ${principal.id}`;
        checkRoom(who);
        const buffer = new TailBuffer();
        const stream = new AbortController();
        open.set(stream, who);
        const own = principal.customerId ?? query.customerId;
        const isOthers = query.customerId !== undefined && query.customerId !== own;
        const filter = { ...query, customerId: own };
        const receive = (event: TailEvent) => buffer.add(event);
        const stop = isOthers ? () => {} : tail.listen({ filter, receive });
        const raw = openEventStream(reply, stream);
        try {
          await send(reply, buffer, clock, stream.signal);
        } finally {
          stop();
          open.delete(stream);
          raw.end();
        }
      },
    );
  };
}

async function send(
  { raw, request }: FastifyReply,
  buffer: TailBuffer,
  clock: Clock,
  stop: AbortSignal,
): Promise<void> {
  raw.write(eventText('ping', {}));
  let pingAtMs = clock.monotonicMs() + pingEveryMs;
  let admittedUntilMs = clock.monotonicMs() + admittedEveryMs;
  while (!stop.aborted) {
    await clock.sleep(flushEveryMs, stop);
    if (!stop.aborted && clock.monotonicMs() >= admittedUntilMs) {
      if (!(await isStillAdmitted(request))) return;
      admittedUntilMs = clock.monotonicMs() + admittedEveryMs;
    }
    if (stop.aborted || raw.writableLength > unreadBytesMax) continue;
    const { events, dropped } = buffer.take();
    let text = events
      .map((event) => eventText('notification', { ...event, at: showTime(event.at) }))
      .join('');
    if (dropped > 0) text += eventText('dropped', { count: dropped });
    if (text === '' && clock.monotonicMs() >= pingAtMs) text = eventText('ping', {});
    if (text === '') continue;
    pingAtMs = clock.monotonicMs() + pingEveryMs;
    raw.write(text);
  }
}
