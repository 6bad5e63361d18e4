import type { Overview } from '@doorbell/server/api';
import type { ReactNode } from 'react';
import { clock } from '../../clock.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Link } from '../../parts/link.tsx';
import { showDuration, showLatency } from '../../parts/time-span.ts';
import { usePlace } from '../../shell/place.ts';

/** The figures that say whether all is well; each leads to what it counts. */
export function KeyFigures({ overview }: { readonly overview: Overview }) {
  const { t } = useLanguage();
  const { query } = usePlace();
  const customerId = query.get('customerId');
  const { totals, latencyMs, backlog, from } = overview;
  const listOf = (filter: Readonly<Record<string, string>>) =>
    `/notifications?${new URLSearchParams({ ...(customerId === null ? {} : { customerId }), ...filter })}`;
  const rate = totals.successRate === null ? '–' : `${(totals.successRate * 100).toFixed(2)}%`;
  const oldest = backlog.oldestPendingAt;
  const wait = oldest === null ? t('overview.none') : showDuration(clock.now() - Date.parse(oldest), t);
  return (
    <div className="figures">
      <Figure name={t('overview.successRate')} value={rate} tone={toneOfRate(totals.successRate)} />
      <Figure
        name={t('overview.delivered')}
        value={totals.delivered.toLocaleString()}
        to={listOf({ result: '1', from })}
      />
      <Figure
        name={t('overview.notDelivered')}
        value={(totals.refused + totals.failed).toLocaleString()}
        tone={totals.refused + totals.failed > 0 ? 'bad' : undefined}
        note={
          <>
            <Link to={listOf({ result: '2' })}>{`${t('overview.refused')} ${totals.refused}`}</Link>
            {' · '}
            <Link to={listOf({ result: '3' })}>{`${t('overview.failed')} ${totals.failed}`}</Link>
          </>
        }
      />
      <Figure
        name={t('overview.pending')}
        value={backlog.pending.toLocaleString()}
        to={listOf({ result: '0', order: 'oldest' })}
        note={`${t('overview.oldest')} ${wait}`}
      />
      <Figure
        name={t('overview.latency')}
        value={latencyMs === null ? '–' : showLatency(latencyMs.p95, t)}
        note={
          latencyMs === null
            ? undefined
            : t('overview.latencyOf', {
                p50: showLatency(latencyMs.p50, t),
                p99: showLatency(latencyMs.p99, t),
              })
        }
      />
    </div>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly to?: string;
  readonly note?: ReactNode;
  readonly tone?: 'good' | 'warn' | 'bad' | undefined;
}

function Figure({ name, value, to, note, tone }: FigureProps) {
  return (
    <div className="card figure">
      <span className="dim">{name}</span>
      <strong className={tone && `tone-text-${tone}`}>
        {to === undefined ? value : <Link to={to}>{value}</Link>}
      </strong>
      <span className="dim small">{note}</span>
    </div>
  );
}

function toneOfRate(rate: number | null): FigureProps['tone'] {
  if (rate === null) return undefined;
  if (rate >= 0.99) return 'good';
  return rate >= 0.9 ? 'warn' : 'bad';
}
