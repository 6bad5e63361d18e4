import type { ReceivedChange } from './received-change.ts';
import type { HeaderValues } from './received-headers.ts';

const COUNT = /^[1-9]\d{0,14}$/;
const WEBHOOK_ID = /^[\x21-\x7e]{1,512}$/;

function findOnly(headers: HeaderValues, name: string, pattern: RegExp): string | null {
  const sent = headers.get(name);
  const only = typeof sent === 'object' && sent.length === 1 ? sent[0] : sent;
  return typeof only === 'string' && pattern.test(only) ? only : null;
}

function findCount(headers: HeaderValues, name: string): number | null {
  const text = findOnly(headers, name, COUNT);
  return text === null ? null : Number(text);
}

/** The headers beyond the contract, where no signature covers them: a bad one is dropped, never refused. */
export function readHints(headers: HeaderValues): Pick<ReceivedChange, 'webhookId' | 'sequence' | 'attempt'> {
  return {
    webhookId: findOnly(headers, 'webhook-id', WEBHOOK_ID),
    sequence: findCount(headers, 'doorbell-sequence'),
    attempt: findCount(headers, 'doorbell-attempt'),
  };
}

/** The sequence that a proven webhook-id names; undefined when the id is not this task's. */
export function findSequence(webhookId: string, houseTaskId: string): number | undefined {
  const task = `${encodeURIComponent(houseTaskId)}.`;
  const sequence = webhookId.slice(task.length);
  return webhookId.startsWith(task) && COUNT.test(sequence) ? Number(sequence) : undefined;
}
