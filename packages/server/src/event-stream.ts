import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/** Who has been signed out, or whose key or link was revoked, sees nothing more after this. */
export const admittedEveryMs = 5_000;

/** Takes the answer over for server-sent events; `stop` is aborted when the client goes. */
export function openEventStream(reply: FastifyReply, stop: AbortController): ServerResponse {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value);
  }
  raw.once('close', () => stop.abort());
  // Who left while we looked up who it was has had its event already.
  if (raw.destroyed) stop.abort();
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies that collect answers would hold the events back.
    'x-accel-buffering': 'no',
  });
  return raw;
}

export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A database that cannot be asked has no news to give away either. */
export async function isStillAdmitted(request: FastifyRequest): Promise<boolean> {
  try {
    await request.checkStillAdmitted();
    return true;
  } catch (error) {
    return !(error instanceof Problem && error.kind === 'unauthorized');
  }
}
