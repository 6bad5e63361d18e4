import type { Endpoint } from '@doorbell/server/api';
import { useLanguage } from '../../i18n/language.tsx';
import { showLocal } from '../../parts/moment.tsx';
import { pauseWords } from '../../parts/standstill-words.ts';
import { ToneTag } from '../../parts/tags.tsx';

export function EndpointStatus({ endpoint }: { readonly endpoint: Endpoint }) {
  const { t } = useLanguage();
  if (endpoint.pause !== null) return <ToneTag tone="bad">{t('endpoint.paused')}</ToneTag>;
  if (endpoint.breaker.state === 'open') return <ToneTag tone="bad">{t('endpoint.open')}</ToneTag>;
  if (endpoint.breaker.state === 'slow-start')
    return <ToneTag tone="warn">{t('endpoint.slow-start')}</ToneTag>;
  return <ToneTag tone="good">{t('endpoint.well')}</ToneTag>;
}

/** Why nothing goes out, in words; nothing when it does. */
export function StandstillReason({ endpoint }: { readonly endpoint: Endpoint }) {
  const { t, language } = useLanguage();
  const { pause, breaker } = endpoint;
  if (pause !== null) {
    const reason = pauseWords(language, pause.reason, pause.detail);
    return <p className="standstill">{t('endpoint.pausedBecause', { at: showLocal(pause.at), reason })}</p>;
  }
  if (breaker.state !== 'open') return null;
  const at = breaker.probeAt === null ? '–' : showLocal(breaker.probeAt);
  return <p className="standstill">{t('endpoint.breakerOpen', { failures: breaker.failures, at })}</p>;
}
