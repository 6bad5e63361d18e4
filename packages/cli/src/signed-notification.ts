import {
  checkValues,
  encodeForm,
  type FormFields,
  sign,
  taskStateChange,
  toFields,
  type ValuesOf,
} from '@doorbell/contract';
import { CommandError, exitCodes } from './command-error.ts';
import { maskedSignedText } from './masked-signed-text.ts';
import type { NamedValue } from './option-parsers.ts';

export interface NotificationRequest {
  readonly values: ValuesOf<typeof taskStateChange>;
  readonly extra: readonly NamedValue[];
  /** Fields replaced or added after signing, as an attacker on the way would. */
  readonly tamper: readonly NamedValue[];
  readonly timestamp: string;
  /** null sends it unsigned. */
  readonly signKey: string | null;
}

export interface SignedNotification {
  /** As sent, after any tampering. */
  readonly fields: FormFields;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** With the key masked; null when unsigned. */
  readonly signedText: string | null;
}

/** One task-state-change notification, ready to post. Throws a usage error that names every wrong value. */
export function buildSignedNotification(request: NotificationRequest): SignedNotification {
  const { values, timestamp, signKey } = request;
  const extra = Object.fromEntries(request.extra);
  const faults = checkValues(taskStateChange, values, { extra });
  if (faults.length > 0) {
    throw new CommandError(
      exitCodes.usage,
      `This cannot be sent: ${faults.map(({ detail }) => detail).join(' ')} ` +
        'Use --tamper name=value to send it all the same.',
    );
  }
  const signed = toFields(taskStateChange, values, { extra });
  const fields: FormFields = new Map([...signed, ...request.tamper]);
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (signKey !== null) {
    headers.timestamp = timestamp;
    headers.sign = sign(signed, signKey, timestamp);
  }
  const signedText = signKey === null ? null : maskedSignedText(signed, signKey, timestamp);
  return { fields, headers, body: encodeTampered(fields), signedText };
}

function encodeTampered(fields: FormFields): string {
  try {
    return encodeForm(fields);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandError(exitCodes.usage, `This cannot be sent: ${error.message}`, { cause: error });
  }
}
