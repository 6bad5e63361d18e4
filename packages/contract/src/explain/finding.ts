import { type ReasonCode, reasonCodes } from '../reason-codes.ts';
import { type MistakeCode, mistakes } from './mistakes.ts';

/** One thing that is wrong with a request, or with how its signature was made. */
export interface Finding {
  readonly code: MistakeCode | ReasonCode;
  /** What is wrong, in one sentence. */
  readonly sentence: string;
  /** What to do about it. */
  readonly fix: string;
  /** The particulars: which key, which field, which separator. Never a key itself. */
  readonly detail: string | null;
}

export function mistakeFound(code: MistakeCode, detail: string | null = null): Finding {
  return { code, ...mistakes[code], detail };
}

const fixes: Partial<Record<ReasonCode, string>> = {
  'content-type-unsupported': 'Sender: set Content-Type to application/x-www-form-urlencoded.',
  'charset-unsupported': 'Sender: encode in UTF-8 and name utf-8, or no charset at all.',
  'form-too-large': 'Sender: shorten the values; texts belong behind a link.',
  'form-repeated-name': 'Sender: send every field once.',
  'form-malformed-percent': 'Sender: percent-encode the values with a library; a percent sign itself is %25.',
  'form-invalid-utf8': 'Sender: percent-encode the bytes of UTF-8, and never cut a text between its bytes.',
  'form-control-character': 'Sender: remove line ends, tabs and other control characters from the values.',
  'timestamp-missing':
    'Sender: send the header timestamp with 13 digits. Receiver: a proxy may have dropped it.',
  'timestamp-malformed': 'Sender: send Unix time in milliseconds, 13 digits and nothing else.',
  'timestamp-seconds': 'Sender: multiply by 1000, and sign the same text as is sent.',
  'timestamp-stale':
    'Set the clocks of both sides (NTP), sign every retry anew, and look for a queue on the way.',
  'timestamp-future': 'Set the clocks of both sides (NTP), and look for local time taken for UTC.',
  'sign-missing': 'Sender: send the header sign. Receiver: a proxy may have dropped it.',
  'sign-malformed': 'Signer: send the MD5 as 32 hexadecimal digits.',
};

/** A fault of the grammar, as a finding. */
export function faultFound({ code, detail }: { code: ReasonCode; detail: string | null }): Finding {
  return {
    code,
    sentence: reasonCodes[code],
    fix: fixes[code] ?? 'Sender: send it as the contract says.',
    detail,
  };
}
