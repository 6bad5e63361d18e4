import type { Revision } from '@doorbell/contract';

/** The ids whose form a customer may know. */
export type IdName = 'houseTaskId' | 'houseId' | 'packageId' | 'userId';

/**
 * - `md5`: the contract's sign decides, the HMAC is not looked at.
 * - `prefer-hmac`: an HMAC that is sent must verify; without one the sign decides.
 * - `require-hmac`: the HMAC must be there and verify.
 *
 * Whenever an HMAC verifies, a sign that came beside it must verify too, if there are signKeys.
 */
export type SignaturePolicy = 'md5' | 'prefer-hmac' | 'require-hmac';

export interface VerifyOptions {
  /** The agreed key, or several while they are being exchanged; all are tried. Empty where no key is agreed. */
  readonly signKeys: string | readonly string[];
  /** The `whsec_...` secrets of the HMAC, several while they are being exchanged. */
  readonly webhookSecrets?: string | readonly string[];
  /** Default `prefer-hmac` with webhookSecrets, else `md5`. */
  readonly policy?: SignaturePolicy;
  /** Default `seed`: all six fields required. In `2021-05` userId and userName may be absent. */
  readonly revision?: Revision;
  /** Names of the extra fields agreed with the platform; any other is refused, since names are not signed. */
  readonly extra?: readonly string[];
  /** The form that your ids have; each must match as a whole. The best defence that MD5 leaves. */
  readonly idPatterns?: Readonly<Partial<Record<IdName, RegExp>>>;
  /** How far a timestamp may lie from `now`, inclusive; default 300,000 ms. */
  readonly toleranceMs?: number;
  /** Accepts requests without timestamp and sign, which anybody can send. A sign that is sent must verify. */
  readonly allowUnsigned?: boolean;
  /** The clock, in epoch ms; default the system's. */
  readonly now?: () => number;
}
