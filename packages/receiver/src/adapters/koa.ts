import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Receiver } from '../create-receiver.ts';
import { answerNodeRequest } from './answer-node-request.ts';
import { endsConnection, sendNodeAnswer } from './send-node-answer.ts';

/** What is used of a Koa context. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly request: object;
  status: number;
  body: unknown;
  respond?: boolean | undefined;
  set(fields: { [name: string]: string }): void;
}

/**
 * For Koa, as a middleware that answers or called from a router. Takes the body from the request, from `rawBody` of
 * @koa/bodyparser or koa-bodyparser, or from what a parser made of it. Those refuse forms over 56 KB themselves: put it
 * before them to have up to 64 KiB.
 */
export function koaHandler(receiver: Receiver): (ctx: KoaContext) => Promise<void> {
  return async (ctx) => {
    const { rawBody, body: parsed } = ctx.request as { rawBody?: unknown; body?: unknown };
    const answer = await answerNodeRequest(receiver, ctx.req, { raw: [rawBody, parsed], parsed });
    if (endsConnection(answer)) {
      ctx.respond = false;
      sendNodeAnswer(ctx.req, ctx.res, answer);
      return;
    }
    ctx.status = answer.status;
    ctx.set({ ...answer.headers });
    ctx.body = answer.body;
  };
}
