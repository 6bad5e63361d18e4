import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Receiver } from '../create-receiver.ts';
import { answerNodeRequest } from './answer-node-request.ts';
import { sendNodeAnswer } from './send-node-answer.ts';

/**
 * For node:http and frameworks that hand over its request. A body already read by someone else is taken from
 * `rawBody` or a Buffer or text in `body`; a parsed one is answered 500 with `body-consumed` at once.
 */
export function nodeHandler(
  receiver: Receiver,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { rawBody, body } = request as { rawBody?: unknown; body?: unknown };
    void answerNodeRequest(receiver, request, { raw: [rawBody, body] }).then((answer) =>
      sendNodeAnswer(request, response, answer),
    );
  };
}
