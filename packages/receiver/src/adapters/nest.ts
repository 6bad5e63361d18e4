import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Receiver } from '../create-receiver.ts';
import { expressHandler } from './express.ts';

/**
 * For NestJS on Express, in a controller whose method takes `@Req()` and `@Res()`, or as a middleware: answers 200 where
 * Nest would say 201. Works behind Nest's own body parsers; `rawBody: true` lets it see the bytes.
 */
export function nestHandler(
  receiver: Receiver,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const [receive] = expressHandler(receiver);
  return (request, response) => receive(request, response);
}
