import type { ServerResponse } from 'node:http';
import type { Clock } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
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

const outcome = Type.Enum(['accepted', 'refused', 'retry', 'misconfigured']);

export function tailRoutes({ tail, clock }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    const open = new Set<AbortController>();
    app.addHook('preClose', async () => {
      for (const stream of open) stream.abort();
    });

    app.get(
      '/tail',
      {
        schema: {
          tags: ['notifications'],
          operationId: 'tail',
          summary: 'Watch attempts as they are settled: server-sent events',
          description:
            'Events: `notification` (an attempt, as JSON), `dropped` ({count}: more came than this client took; the first 500 of ' +
            'each quarter of a second are sent), `ping`. Where other processes deliver, they are half a second behind.',
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
        if (open.size >= clientsMax)
          throw new Problem('too-many-streams', `${clientsMax} watch already. Close one, then try again.`);
        const buffer = new TailBuffer();
        const stream = new AbortController();
        open.add(stream);
        const own = principal.customerId ?? query.customerId;
        const isOthers = query.customerId !== undefined && query.customerId !== own;
        const filter = { ...query, customerId: own };
        const receive = (event: TailEvent) => buffer.add(event);
        const stop = isOthers ? () => {} : tail.listen({ filter, receive });
        reply.hijack();
        const { raw } = reply;
        for (const [name, value] of Object.entries(reply.getHeaders())) {
          if (value !== undefined) raw.setHeader(name, value);
        }
        raw.once('close', () => stream.abort());
        try {
          await send(raw, buffer, clock, stream.signal);
        } finally {
          stop();
          open.delete(stream);
          raw.end();
        }
      },
    );
  };
}

async function send(raw: ServerResponse, buffer: TailBuffer, clock: Clock, stop: AbortSignal): Promise<void> {
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies that collect answers would hold the events back.
    'x-accel-buffering': 'no',
  });
  raw.write('event: ping\ndata: {}\n\n');
  let pingAtMs = clock.monotonicMs() + pingEveryMs;
  while (!stop.aborted) {
    await clock.sleep(flushEveryMs, stop);
    if (stop.aborted || raw.writableLength > unreadBytesMax) continue;
    const { events, dropped } = buffer.take();
    let text = events.map(eventText).join('');
    if (dropped > 0) text += `event: dropped\ndata: ${JSON.stringify({ count: dropped })}\n\n`;
    if (text === '' && clock.monotonicMs() >= pingAtMs) text = 'event: ping\ndata: {}\n\n';
    if (text === '') continue;
    pingAtMs = clock.monotonicMs() + pingEveryMs;
    raw.write(text);
  }
}

function eventText(event: TailEvent): string {
  return `event: notification\ndata: ${JSON.stringify({ ...event, at: showTime(event.at) })}\n\n`;
}
