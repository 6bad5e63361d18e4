/** One verified notification: this task entered this state. */
export interface ReceivedChange {
  readonly state: number;
  /** The state's stable English key, e.g. `done`. */
  readonly stateName: string;
  readonly houseTaskId: string;
  readonly houseId: string;
  readonly packageId: string;
  /** Null where revision 2021-05 leaves it out; an empty text was sent as such. */
  readonly userId: string | null;
  readonly userName: string | null;
  /** The declared extra fields that were sent. */
  readonly extra: Readonly<Record<string, string>>;
  /** When this attempt was signed, in epoch milliseconds; null when unsigned. It orders nothing: a retry is signed anew. */
  readonly timestamp: number | null;
  /** False only with `allowUnsigned`: then anybody may have sent it. */
  readonly signed: boolean;
  /** Which of the sign keys verified it; null when unsigned. */
  readonly keyIndex: number | null;
  /** A hint outside the signature, stable across retries; null when absent. */
  readonly webhookId: string | null;
  /** A hint outside the signature: the change's number within its task, from 1; null when absent. */
  readonly sequence: number | null;
  /** A hint outside the signature: which try this is, from 1; null when absent. */
  readonly attempt: number | null;
}
