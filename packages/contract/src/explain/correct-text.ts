import { sign } from '../signature.ts';
import { type KeyMask, keyPlaceholder } from './mask-keys.ts';
import { readMilliseconds } from './mistakes-of-timestamp.ts';
import { contractRecipe, createTextOf, type SentField } from './recipe.ts';

/** The text to sign by the contract, with the key covered, and its sign if it is to be shown. */
export function correctText(
  fields: readonly SentField[],
  request: { timestamp: string | null; signKey: string; revealSign?: boolean },
  mask: KeyMask,
): { textToSign: string; correctSign: string | null } {
  const [epochMs] = readMilliseconds(request.timestamp ?? '');
  const timestamp = epochMs === undefined ? null : String(epochMs);
  const shown = contractRecipe(keyPlaceholder, timestamp ?? '[timestamp in milliseconds]', 'md5');
  const pairs = fields.map(({ name, value }): [string, string] => [name, value]);
  return {
    textToSign: mask.cover(createTextOf(fields)(shown), request.signKey.length),
    correctSign:
      request.revealSign === true && timestamp !== null ? sign(pairs, request.signKey, timestamp) : null,
  };
}
