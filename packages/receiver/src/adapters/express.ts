import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Receiver } from '../create-receiver.ts';
import { answerNodeRequest } from './answer-node-request.ts';
import { sendNodeAnswer } from './send-node-answer.ts';

type Next = (error?: unknown) => void;

export type ExpressHandlers = [
  receive: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  afterParser: (error: unknown, request: IncomingMessage, response: ServerResponse, next: Next) => void,
];

/**
 * For Express 4 and 5: `app.use('/doorbell', expressHandler(receiver))`. Takes the body from the request, from `rawBody`,
 * or from what express.urlencoded, express.raw or express.text made of it. With `app.use` it also answers for such a
 * parser that gives up; with `app.post` Express answers those itself.
 */
export function expressHandler(receiver: Receiver): ExpressHandlers {
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { rawBody, body } = request as { rawBody?: unknown; body?: unknown };
    const left = { raw: [rawBody, body], parsed: body };
    sendNodeAnswer(request, response, await answerNodeRequest(receiver, request, left));
  }

  function afterParser(error: unknown, request: IncomingMessage, response: ServerResponse, next: Next): void {
    const type = (error as { type?: unknown } | null | undefined)?.type;
    if (type === 'charset.unsupported') {
      // Refused unread: the bytes are there still, and utf8 without a hyphen is UTF-8 too.
      void receive(request, response);
    } else if (type === 'entity.too.large') {
      const answer = receiver.refuse('form-too-large', 'more than the body parser in front lets pass');
      sendNodeAnswer(request, response, answer);
    } else if (isParserError(error)) {
      const code = type === 'parameters.too.many' ? 'form-too-many-fields' : 'body-consumed';
      sendNodeAnswer(request, response, receiver.refuse(code, 'the body parser in front gave up'));
    } else {
      next(error);
    }
  }
  return [receive, afterParser];
}

/** Body parsers mark theirs with a type; those of a failed decompression carry zlib's code. */
function isParserError(error: unknown): boolean {
  const { type, code } = (error ?? {}) as { type?: unknown; code?: unknown };
  return typeof type === 'string' || (typeof code === 'string' && code.startsWith('Z_'));
}
