import { checkValues, type Revision, taskStateChange } from '@doorbell/contract';

export interface VerifyOptions {
  /** The agreed key, or several while they are being exchanged; all are tried. */
  readonly signKeys: string | readonly string[];
  /** Default `seed`: all six fields required. In `2021-05` userId and userName may be absent. */
  readonly revision?: Revision;
  /** Names of the extra fields agreed with the platform; any other is refused, since names are not signed. */
  readonly extra?: readonly string[];
  /** How far the timestamp may lie from `now`, inclusive; default 300,000 ms. */
  readonly toleranceMs?: number;
  /** Accepts requests without timestamp and sign, which anybody can send. A sign that is sent must verify. */
  readonly allowUnsigned?: boolean;
  /** The clock, in epoch ms; default the system's. */
  readonly now?: () => number;
}

export const TOLERANCE_MS = 300_000;

export function listKeys({ signKeys }: VerifyOptions): readonly string[] {
  return typeof signKeys === 'string' ? [signKeys] : signKeys;
}

/** Throws RangeError for options that could never verify anything, or that nobody can have meant. */
export function checkOptions(options: VerifyOptions): void {
  const keys = listKeys(options);
  // A customer without an agreed key is told so by allowUnsigned; then there is no key to name.
  if (keys.length === 0 && options.allowUnsigned !== true) throw new RangeError('signKeys must name a key');
  if (keys.some((key) => typeof key !== 'string' || key === '')) {
    throw new RangeError('a sign key must be a text that is not empty');
  }
  const toleranceMs = options.toleranceMs ?? TOLERANCE_MS;
  if (!(Number.isFinite(toleranceMs) && toleranceMs >= 0)) {
    throw new RangeError('toleranceMs must be a number of milliseconds, 0 or more');
  }
  const extra = Object.fromEntries((options.extra ?? []).map((name) => [name, '']));
  const badName = checkValues(taskStateChange, {}, { extra }).find(({ code }) =>
    code.startsWith('extra-name'),
  );
  if (badName !== undefined) throw new RangeError(`extra: ${badName.detail}`);
}
