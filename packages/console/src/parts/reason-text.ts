import { type Language, textOfCode } from '../i18n/language.tsx';

/** What a reason code of an attempt means, in words. */
export function reasonText(language: Language, reason: string): string {
  return textOfCode(language, 'reason', reason.startsWith('envelope-') ? 'envelope' : reason);
}
