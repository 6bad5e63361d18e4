import { type Envelope, parseEnvelope } from '@doorbell/contract';

import type { Exchange } from './exchange.ts';

/** Null when the platform would count it as delivered: HTTP 2xx and an envelope with state 200. */
export function findDeliveryFault(exchange: Exchange): string | null {
  return isSuccess(exchange) ? null : `expected success, but ${describeAnswer(exchange)}`;
}

/** Null for any answer but success. No answer at all is a fault: it looks like a crash and costs the sender a time-out. */
export function findRefusalFault(exchange: Exchange): string | null {
  if (exchange.reply === null) return `expected a refusal, but ${describeAnswer(exchange)}`;
  return isSuccess(exchange) ? `expected a refusal, but ${describeAnswer(exchange)}` : null;
}

/** Like a refusal, but the connection may as well be closed: for what is too large to be read at all. */
export function findAcceptanceFault(exchange: Exchange): string | null {
  return exchange.failure?.kind === 'closed' ? null : findRefusalFault(exchange);
}

/** The first fault of several exchanges. */
export function findFirst(faults: readonly (string | null)[]): string | null {
  const at = faults.findIndex((fault) => fault !== null);
  const [fault] = faults.slice(at);
  if (at === -1 || fault === undefined || fault === null) return null;
  return faults.length === 1 ? fault : `request ${at + 1} of ${faults.length}: ${fault}`;
}

/** The envelope, or null when there is none that the platform could read. */
export function findEnvelope({ reply }: Exchange): Envelope | null {
  if (reply === null) return null;
  const parsed = parseEnvelope(reply.body);
  return parsed.ok ? parsed.envelope : null;
}

function isSuccess(exchange: Exchange): boolean {
  const { reply } = exchange;
  return reply !== null && reply.status >= 200 && reply.status < 300 && findEnvelope(exchange)?.state === 200;
}

const quotedMax = 120;

/** One clause: what came back. */
export function describeAnswer({ reply, failure }: Exchange): string {
  if (reply === null) return failure?.detail ?? 'there was no answer';
  const body = reply.body.toString('utf8');
  const quoted = body.length > quotedMax ? `${body.slice(0, quotedMax)}...` : body;
  return `the answer was HTTP ${reply.status} ${body === '' ? 'without a body' : `with ${quoted}`}`;
}
