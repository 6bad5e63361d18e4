import type { Attempt } from '@doorbell/server/api';
import { useLanguage } from '../i18n/language.tsx';

type Timings = NonNullable<Attempt['timings']>;

/** In the order in which they are taken. */
const steps = ['queuedMs', 'dnsMs', 'connectMs', 'tlsMs', 'waitMs', 'downloadMs'] as const;

/** Where the time of an attempt went, step by step; the bars say to the eye what the numbers say to everybody. */
export function Waterfall({ timings }: { readonly timings: Timings }) {
  const { t } = useLanguage();
  const taken = steps.flatMap((step) => {
    const ms = timings[step];
    return ms === null ? [] : [{ step, ms }];
  });
  const totalMs = Math.max(
    taken.reduce((sum, { ms }) => sum + ms, 0),
    0.001,
  );
  let beforeMs = 0;
  const rows = taken.map(({ step, ms }) => {
    const from = (100 * beforeMs) / totalMs;
    beforeMs += ms;
    return { step, ms, left: `${Math.min(from, 99)}%`, width: `${Math.max((100 * ms) / totalMs, 1)}%` };
  });
  if (rows.length === 0) return null;
  return (
    <div className="piece">
      <h5>{t('timings.title')}</h5>
      {timings.reused && <p className="dim small">{t('timings.reused')}</p>}
      <dl className="waterfall">
        {rows.map(({ step, ms, left, width }) => (
          <div key={step}>
            <dt>{t(`timings.${step}`)}</dt>
            <dd>
              <span className="waterfall-line" aria-hidden>
                <span className={`waterfall-bar waterfall-${step}`} style={{ left, width }} />
              </span>
              <span className="number">{shown(ms)} ms</span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function shown(ms: number): string {
  return ms >= 100 ? String(Math.round(ms)) : ms.toFixed(ms >= 10 ? 1 : 2);
}
