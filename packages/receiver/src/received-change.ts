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
  /** The HMAC proves every byte; MD5 proves the text but not where it is cut into fields. Null when unsigned. */
  readonly verifiedBy: 'hmac' | 'md5' | null;
  /**
   * Whether only MD5 proves it and the same text can be cut into legal fields in another way. Without `idPatterns`
   * that is nearly always so. Worked out when it is first read.
   */
  readonly ambiguous: boolean;
  /** Which of the sign keys verified it; null when no sign did. */
  readonly keyIndex: number | null;
  /** Stable across retries; null when absent. Proven when `verifiedBy` is `hmac`, else a hint that anybody can write. */
  readonly webhookId: string | null;
  /** The change's number within its task, from 1; null when absent. Proven or a hint like `webhookId`. */
  readonly sequence: number | null;
  /** A hint outside both signatures: which try this is, from 1; null when absent. */
  readonly attempt: number | null;
}
