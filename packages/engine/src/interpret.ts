import { parseEnvelope } from '@doorbell/contract';
import type { Outcome } from './attempt.ts';
import type { PauseReason } from './endpoint.ts';
import type { Reply, TransportFailure } from './ports.ts';

/** Stable and machine-readable: why a reply counted as it did. Envelope faults carry the contract's own codes. */
export type ReadingReason =
  | 'accepted'
  | 'refused'
  | 'unauthorized'
  | 'gone'
  | 'redirect'
  | 'http-status'
  | 'response-state'
  | 'internal-error'
  | `envelope-${string}`
  | TransportFailure;

export interface Reading {
  readonly outcome: Outcome;
  readonly reason: ReadingReason;
  /** A sentence for people. */
  readonly detail: string;
  readonly httpStatus: number | null;
  readonly responseState: number | null;
  readonly responseBody: string | null;
  readonly remoteAddress: string | null;
  /** As the endpoint wrote it. */
  readonly retryAfter: string | null;
  /** Set with outcome `misconfigured`: why the endpoint is to be paused. */
  readonly pause: PauseReason | null;
}

/** How much of an answer is kept for people to read. */
const responseBytesKept = 1_024;

/** What a reply means. The envelope decides, not the HTTP status alone (contract, Response). */
export function interpret(reply: Reply): Reading {
  if (reply.kind === 'failure') {
    return {
      ...unread,
      outcome: 'retry',
      reason: reply.reason,
      detail: reply.uncertain
        ? `${reply.detail} Whether the endpoint got the notification is not known.`
        : reply.detail,
      remoteAddress: reply.remoteAddress,
    };
  }
  return { ...unread, ...observe(reply), ...judge(reply) };
}

/** What a reading without an answer holds. */
export const unread: Omit<Reading, 'outcome' | 'reason' | 'detail'> = {
  httpStatus: null,
  responseState: null,
  responseBody: null,
  remoteAddress: null,
  retryAfter: null,
  pause: null,
};

type Response = Extract<Reply, { kind: 'response' }>;
type Judgement = Pick<Reading, 'outcome' | 'reason' | 'detail'> & Partial<Reading>;

function observe(reply: Response): Partial<Reading> {
  const text = new TextDecoder().decode(reply.body.subarray(0, responseBytesKept), { stream: true });
  return {
    httpStatus: reply.httpStatus,
    responseBody: text,
    remoteAddress: reply.remoteAddress,
    retryAfter: reply.retryAfter,
  };
}

function judge(reply: Response): Judgement {
  const { httpStatus } = reply;
  if (httpStatus === 410) return paused('gone', 'The endpoint answered HTTP 410: it is gone.');
  if (httpStatus >= 300 && httpStatus < 400) {
    return {
      outcome: 'retry',
      reason: 'redirect',
      detail: `The endpoint answered HTTP ${httpStatus}; redirects are never followed. Update its URL.`,
    };
  }
  const parsed = parseEnvelope(reply.body);
  if (!parsed.ok) {
    if (httpStatus === 401) return paused('unauthorized', 'The endpoint answered HTTP 401.');
    if (httpStatus < 200 || httpStatus > 299) return unexpectedStatus(httpStatus);
    return { outcome: 'retry', reason: envelopeReason(parsed.fault.code), detail: parsed.fault.detail };
  }
  const { state: responseState, payload } = parsed.envelope;
  return { responseState, ...judgeState(httpStatus, responseState, payload) };
}

function judgeState(httpStatus: number, responseState: number, payload: string): Judgement {
  const said = payload === '' ? '' : ` It said: ${payload.slice(0, 200)}`;
  if (httpStatus === 401 || responseState === 401 || responseState === 4011) {
    return paused('unauthorized', `The endpoint answered state ${responseState}.${said}`);
  }
  if (responseState === 403) {
    return { outcome: 'refused', reason: 'refused', detail: `The customer refused the notification.${said}` };
  }
  if (responseState !== 200) {
    return {
      outcome: 'retry',
      reason: 'response-state',
      detail: `The endpoint answered state ${responseState}.${said}`,
    };
  }
  if (httpStatus < 200 || httpStatus > 299) return unexpectedStatus(httpStatus);
  return { outcome: 'accepted', reason: 'accepted', detail: 'The customer accepted the notification.' };
}

function unexpectedStatus(httpStatus: number): Judgement {
  return { outcome: 'retry', reason: 'http-status', detail: `The endpoint answered HTTP ${httpStatus}.` };
}

function paused(reason: PauseReason & ReadingReason, detail: string): Judgement {
  return { outcome: 'misconfigured', reason, detail, pause: reason };
}

function envelopeReason(code: string): `envelope-${string}` {
  return code.startsWith('envelope-') ? (code as `envelope-${string}`) : `envelope-${code}`;
}
