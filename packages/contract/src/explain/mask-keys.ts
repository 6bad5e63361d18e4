import type { Finding } from './finding.ts';
import { trimKey } from './mistakes-of-key.ts';
import { percentDecode } from './percent-decode.ts';

/** Stands for the key while a text is built for people: a character that no step changes or escapes. */
export const keyPlaceholder: string = '\uf8ff';

/** Keeps keys out of what people see. */
export interface KeyMask {
  /** Covers the placeholder, and the keys themselves wherever a sender put them. */
  readonly cover: (text: string, keyLength?: number) => string;
  readonly coverFinding: (finding: Finding) => Finding;
  /** Whether a key stands in the text, plainly or percent-encoded. */
  readonly isHeldBy: (text: string) => boolean;
}

// Shorter ones would be found everywhere, in a timestamp for one.
const keyLengthMin = 4;

export function createKeyMask(keys: readonly string[]): KeyMask {
  const spellings = keys.flatMap((key) => [key, trimKey(key), encodeURIComponent(key.toWellFormed())]);
  const known = [...new Set(spellings)].filter((spelling) => spelling.length >= keyLengthMin);
  // Longer ones first, so that no rest of a key stays behind.
  known.sort((left, right) => right.length - left.length);
  const pattern = known.length === 0 ? undefined : new RegExp(known.map(literally).join('|'), 'gi');
  const hide = (text: string): string =>
    pattern === undefined ? text : text.replace(pattern, '[a sign key]');
  return {
    cover: (text, keyLength = 0) =>
      hide(text).replaceAll(keyPlaceholder, `[sign key, ${keyLength} characters]`),
    coverFinding(finding) {
      // A quotation that was cut can hold the beginning of a long key, which cannot be recognised any more.
      const isCut = finding.detail?.includes('"...') ?? false;
      return { ...finding, detail: finding.detail === null || isCut ? null : hide(finding.detail) };
    },
    isHeldBy(text) {
      const once = percentDecode(text.replaceAll('+', ' '));
      return [text, percentDecode(text), once, percentDecode(once)].some((read) => hide(read) !== read);
    },
  };
}

function literally(key: string): string {
  return key.replace(/[^A-Za-z0-9]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
