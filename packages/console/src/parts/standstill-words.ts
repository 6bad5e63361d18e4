import { type Language, textOfCode, translatorOf } from '../i18n/language.tsx';
import { customerSaid } from './customer-said.ts';

/** What the server writes for a pause for which nobody has given a reason. */
const unexplained = ['Paused by an operator.', 'Paused by the customer.', ''];

/** Why an endpoint is paused: the kind in words, and what a person wrote, as written. */
export function pauseWords(language: Language, reason: string, detail: string): string {
  const kind = textOfCode(language, 'pause', reason);
  const isOfPeople = reason === 'operator' || reason === 'customer';
  const said = customerSaid(detail);
  if (language === 'zh' && !isOfPeople) {
    return said === undefined ? kind : translatorOf(language)('pause.said', { kind, said });
  }
  return unexplained.includes(detail) ? kind : `${kind}${language === 'zh' ? '：' : ': '}${detail}`;
}

/** The detail of an event or a trouble in the language of the page; the server's own where it says something new. */
export function standstillWords(language: Language, detail: string): string {
  const t = translatorOf(language);
  const pause = /^(operator|customer|unauthorized|gone): (.*)$/s.exec(detail);
  if (pause !== null) return pauseWords(language, pause[1] ?? '', pause[2] ?? '');
  const row = /^(\d+) failures in a row$/.exec(detail);
  if (row !== null) return t('standstill.failures', { count: row[1] ?? '' });
  const failing = /^(\d+) of (\d+) tries of the last 15 minutes were not accepted$/.exec(detail);
  if (failing !== null) {
    return t('standstill.failing', { failures: failing[1] ?? '', tries: failing[2] ?? '' });
  }
  const backlog = /^the oldest waits for (\d+) minutes$/.exec(detail);
  return backlog === null ? detail : t('standstill.backlog', { minutes: backlog[1] ?? '' });
}
