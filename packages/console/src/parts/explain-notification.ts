import type { Notification } from '@doorbell/server/api';
import { type Language, translatorOf } from '../i18n/language.tsx';
import { customerSaid } from './customer-said.ts';
import { showLocal } from './moment.tsx';
import { reasonText } from './reason-text.ts';

/** One or two sentences: where a notification stands, why, and what moves it on. */
export function explainNotification(notification: Notification, language: Language): string {
  const { lastAttempt } = notification;
  const isOver = notification.result === 1;
  if (lastAttempt === null || isOver) return standing(notification, language);
  const said = customerSaid(lastAttempt.detail);
  const last = translatorOf(language)(said === undefined ? 'why.last' : 'why.lastSaid', {
    reason: reasonText(language, lastAttempt.reason),
    said: said ?? '',
  });
  return language === 'zh'
    ? `${standing(notification, language)}${last}`
    : `${standing(notification, language)} ${last}`;
}

function standing({ result, attemptCount, waiting }: Notification, language: Language): string {
  const t = translatorOf(language);
  if (result === 1)
    return attemptCount > 1 ? t('why.deliveredAfter', { count: attemptCount }) : t('why.delivered');
  if (result === 2) return t('why.refused');
  if (result === 3) return t('why.failed', { count: attemptCount });
  if (result === 4) return t('why.superseded');
  const at = waiting?.until === undefined ? '' : showLocal(waiting.until);
  return t(`why.${waiting?.for ?? 'delivery'}`, { at, sequence: waiting?.sequence ?? '' });
}
