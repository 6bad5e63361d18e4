import { signedText } from '@doorbell/contract';

/** The text whose MD5 is the signature, with the key covered: its length is all that shows. */
export function maskedSignedText(
  fields: Iterable<readonly [string, string]>,
  signKey: string,
  timestamp: string,
): string {
  const text = signedText(fields, signKey, timestamp).slice(signKey.length);
  return `[sign key, ${signKey.length} characters]${text}`;
}
