import { decodeForm, type ReasonCode } from '@doorbell/contract';
import type { Answer, ReceivedRequest } from '@doorbell/receiver';

/** One line of `doorbell listen --json`. */
export type ListenRecord = ListeningRecord | NotificationRecord;

export interface ListeningRecord {
  readonly event: 'listening';
  readonly url: string;
}

export interface NotificationRecord {
  readonly event: 'notification';
  /** True when it was genuine and well-formed, whatever was answered. */
  readonly verified: boolean;
  /** False when there was no signature and `--allow-unsigned` let it pass. */
  readonly signed: boolean;
  /** The state of the answer. */
  readonly answered: number;
  readonly refusal: {
    readonly code: ReasonCode;
    readonly field: string | null;
    readonly detail: string;
  } | null;
  /** Null when the notification was not verified, like the next three. */
  readonly state: number | null;
  readonly houseTaskId: string | null;
  /** From the headers doorbell-sequence and doorbell-attempt; null when absent, too. */
  readonly sequence: number | null;
  readonly attempt: number | null;
  /** What the form says, to be believed only when verified; empty when it cannot be read. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What happened to one request. `request` is null when its body could not be read. */
export function notificationRecord(request: ReceivedRequest | null, answer: Answer): NotificationRecord {
  const { change, refusal } = answer;
  const form = request === null ? null : decodeForm(request.body);
  return {
    event: 'notification',
    verified: change !== undefined,
    signed: change?.signed ?? false,
    answered: refusal?.state ?? 200,
    refusal:
      refusal === undefined ? null : { code: refusal.code, field: refusal.field, detail: refusal.detail },
    state: change?.state ?? null,
    houseTaskId: change?.houseTaskId ?? null,
    sequence: change?.sequence ?? null,
    attempt: change?.attempt ?? null,
    fields: form?.ok ? Object.fromEntries(form.fields) : {},
  };
}
