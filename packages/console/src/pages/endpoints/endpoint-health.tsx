import type { EndpointHealth as Health } from '@doorbell/server/api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { callApi } from '../../api/call-api.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { DeliveryCharts } from '../../parts/charts/delivery-charts.tsx';
import { Moment } from '../../parts/moment.tsx';
import { readSpan, spanQuery, spans } from '../../parts/span.ts';
import { Loading, Unanswered } from '../../parts/standing.tsx';
import { standstillWords } from '../../parts/standstill-words.ts';
import { ToneTag } from '../../parts/tags.tsx';
import { setQuery, usePlace } from '../../shell/place.ts';

const refreshMs = 10_000;

export function EndpointHealth({ endpointId }: { readonly endpointId: string }) {
  const { t } = useLanguage();
  const span = readSpan(usePlace().query.get('span'));
  const found = useQuery({
    queryKey: ['health', endpointId, span],
    queryFn: ({ signal }) =>
      callApi<Health>(`/endpoints/${encodeURIComponent(endpointId)}/health`, {
        query: spanQuery(span),
        signal,
      }),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className="toolbar">
        <Select
          aria-label={t('span.label')}
          value={span}
          options={spans.map((value) => ({ value, label: t(`span.${value}`) }))}
          onChange={(value) => setQuery({ span: value === 'hour' ? null : value })}
        />
      </div>
      {found.isPending && <Loading rows={8} />}
      <Unanswered found={found} />
      {found.data && (
        <>
          <DeliveryCharts
            buckets={found.data.buckets}
            bucketMs={found.data.bucketMs}
            scope={{ endpointId }}
          />
          <Events events={found.data.events} />
        </>
      )}
    </>
  );
}

function Events({ events }: { readonly events: Health['events'] }) {
  const { t, language } = useLanguage();
  return (
    <section className="card">
      <h2>{t('endpoint.events')}</h2>
      {events.length === 0 && <p className="dim">{t('endpoint.noEvents')}</p>}
      <ol className="events">
        {events.map(({ at, kind, detail }) => (
          <li key={`${at} ${kind}`}>
            <Moment at={at} />
            <ToneTag tone={kind === 'resumed' || kind === 'breaker-closed' ? 'good' : 'bad'}>
              {t(`event.${kind}`)}
            </ToneTag>
            <span>{standstillWords(language, detail)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
