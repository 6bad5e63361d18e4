import { type Language, textOfCode } from '../i18n/language.tsx';

/** What a reason code of an attempt means, in words. */
export function reasonText(language: Language, reason: string): string {
  const words = textOfCode(language, 'reason', reason);
  const isUnknown = words === reason && reason.startsWith('envelope-');
  return isUnknown ? textOfCode(language, 'reason', 'envelope') : words;
}
