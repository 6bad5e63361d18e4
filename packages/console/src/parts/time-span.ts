import type { Translate } from '../i18n/language.tsx';

/** How long, in one unit: `3 分钟`. */
export function showDuration(ms: number, t: Translate): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return t('overview.seconds', { count: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return t('overview.minutes', { count: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48
    ? t('overview.hours', { count: hours })
    : t('overview.days', { count: Math.round(hours / 24) });
}

/** Milliseconds below ten seconds, and one unit from there on. */
export function showLatency(ms: number, t: Translate): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : showDuration(ms, t);
}
