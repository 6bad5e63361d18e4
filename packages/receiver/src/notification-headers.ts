import type { ReceivedChange } from './received-change.ts';
import type { HeaderValues } from './received-headers.ts';

const COUNT = /^[1-9]\d{0,14}$/;
const WEBHOOK_ID = /^[\x21-\x7e]{1,512}$/;

function findOnly(headers: HeaderValues, name: string, pattern: RegExp): string | null {
  const [value, ...repeated] = headers.get(name) ?? [];
  return value !== undefined && repeated.length === 0 && pattern.test(value) ? value : null;
}

/** The headers beyond the contract. The signature does not cover them, so a bad one is dropped, never refused. */
export function readUnsignedHints(
  headers: HeaderValues,
): Pick<ReceivedChange, 'webhookId' | 'sequence' | 'attempt'> {
  const sequence = findOnly(headers, 'doorbell-sequence', COUNT);
  const attempt = findOnly(headers, 'doorbell-attempt', COUNT);
  return {
    webhookId: findOnly(headers, 'webhook-id', WEBHOOK_ID),
    sequence: sequence === null ? null : Number(sequence),
    attempt: attempt === null ? null : Number(attempt),
  };
}
