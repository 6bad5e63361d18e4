import type { Alert, Page } from '@doorbell/server/api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { callApi } from '../../api/call-api.ts';
import { useMay } from '../../api/session.ts';
import { type Language, type Translate, useLanguage } from '../../i18n/language.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EndpointCell } from '../../parts/endpoint-cell.tsx';
import { Moment, showLocal } from '../../parts/moment.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Loading, NoMatch, Nothing, Unanswered } from '../../parts/standing.tsx';
import { pauseWords } from '../../parts/standstill-words.ts';
import { type Tone, ToneTag } from '../../parts/tags.tsx';
import { useEdit } from '../../parts/use-edit.ts';
import { setQuery, usePlace } from '../../shell/place.ts';

const refreshMs = 5_000;
const filters = {
  state: ['open', 'acknowledged', 'cleared'],
  kind: ['endpoint-paused', 'breaker-open', 'backlog-age', 'refusals'],
} as const;
const noFilter = { state: null, kind: null, endpointId: null, cursor: null };

export function AlertList() {
  const { t } = useLanguage();
  const { query } = usePlace();
  const filter = {
    state: query.get('state'),
    kind: query.get('kind'),
    endpointId: query.get('endpointId'),
  };
  const cursor = query.get('cursor');
  const found = useQuery({
    queryKey: ['alerts', filter, cursor],
    queryFn: ({ signal }) =>
      callApi<Page<Alert>>('/alerts', { query: { ...filter, cursor, limit: 50 }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  const isFiltered = Object.values(filter).some((value) => value !== null);
  return (
    <section className="card">
      <div className="toolbar">
        <Choice name="state" all={t('alert.allStates')} chosen={filter.state} />
        <Choice name="kind" all={t('alert.allKinds')} chosen={filter.kind} />
        {filter.endpointId !== null && (
          <Button size="small" onClick={() => setQuery({ endpointId: null, cursor: null })}>
            {filter.endpointId} ×
          </Button>
        )}
      </div>
      {found.isPending && <Loading />}
      <Unanswered found={found} />
      {found.data?.items.length === 0 &&
        (isFiltered ? (
          <NoMatch onReset={() => setQuery(noFilter)} />
        ) : (
          <Nothing title={t('alert.empty')} hint={t('alert.emptyHint')} />
        ))}
      {found.data !== undefined && found.data.items.length > 0 && (
        <Rows page={found.data} isStale={found.isPlaceholderData} />
      )}
    </section>
  );
}

interface ChoiceProps {
  readonly name: keyof typeof filters;
  readonly all: string;
  readonly chosen: string | null;
}

function Choice({ name, all, chosen }: ChoiceProps) {
  const { t } = useLanguage();
  return (
    <Select
      className="filter-select"
      aria-label={t(`alert.${name}`)}
      value={chosen ?? ''}
      onChange={(value) => setQuery({ [name]: value, cursor: null })}
      options={[
        { value: '', label: all },
        ...filters[name].map((value) => ({ value: value as string, label: t(`alert.${value}`) })),
      ]}
    />
  );
}

function Rows({ page, isStale }: { readonly page: Page<Alert>; readonly isStale: boolean }) {
  const { t, language } = useLanguage();
  const edit = useEdit();
  const isStaff = useMay('see-all');
  const mayOperate = useMay('operate') && isStaff;
  const acknowledge = (id: number) =>
    edit.mutate({
      path: `/alerts/${id}/acknowledge`,
      method: 'POST',
      body: {},
      done: t('alert.acknowledgeDone'),
    });
  return (
    <>
      <DataTable
        caption={t('menu.alerts')}
        rows={page.items}
        rowKey={({ id }) => String(id)}
        columns={columns(t, language, mayOperate ? acknowledge : undefined)}
        isStale={isStale}
      />
      <Pager count={page.items.length} next={page.next} />
    </>
  );
}

const tones: Readonly<Record<Alert['state'], Tone>> = { open: 'bad', acknowledged: 'warn', cleared: 'calm' };

function columns(
  t: Translate,
  language: Language,
  acknowledge: ((id: number) => void) | undefined,
): readonly Column<Alert>[] {
  return [
    {
      key: 'state',
      title: t('alert.state'),
      render: ({ state }) => <ToneTag tone={tones[state]}>{t(`alert.${state}`)}</ToneTag>,
    },
    { key: 'kind', title: t('alert.kind'), render: ({ kind }) => t(`alert.${kind}`) },
    {
      key: 'endpoint',
      title: t('field.endpoint'),
      width: 120,
      render: ({ endpointId, customerId }) => (
        <EndpointCell endpointId={endpointId} customerId={customerId} />
      ),
    },
    { key: 'what', title: t('alert.what'), width: 220, render: (alert) => whatOf(t, language, alert) },
    { key: 'raisedAt', title: t('alert.raisedAt'), render: ({ raisedAt }) => <Moment at={raisedAt} /> },
    { key: 'clearedAt', title: t('alert.clearedAt'), render: ({ clearedAt }) => <Moment at={clearedAt} /> },
    {
      key: 'acknowledged',
      title: t('alert.acknowledgedBy'),
      render: ({ id, state, acknowledgedAt, acknowledgedBy }) => {
        if (acknowledgedAt !== null) {
          return (
            <span className="two-lines">
              <span>{acknowledgedBy ?? t('alert.someone')}</span>
              <Moment at={acknowledgedAt} />
            </span>
          );
        }
        if (state !== 'open' || acknowledge === undefined) return <span className="dim">–</span>;
        return (
          <Button size="small" onClick={() => acknowledge(id)}>
            {t('alert.acknowledge')}
          </Button>
        );
      },
    },
  ];
}

const minutesOf = (ms: number | undefined): number => Math.round((ms ?? 0) / 60_000);

/** What was seen, in words. */
function whatOf(t: Translate, language: Language, { kind, detail }: Alert): string {
  switch (kind) {
    case 'endpoint-paused':
      return pauseWords(language, detail.reason ?? 'operator', detail.text ?? '');
    case 'breaker-open':
      return t('alert.failures', { failures: detail.failures ?? 0 });
    case 'backlog-age':
      return t('alert.waiting', {
        since: detail.oldestPendingAt === undefined ? '' : showLocal(detail.oldestPendingAt),
        minutes: minutesOf(detail.thresholdMs),
      });
    case 'refusals':
      return t('alert.refused', {
        refused: detail.refused ?? 0,
        settled: detail.settled ?? 0,
        minutes: minutesOf(detail.windowMs),
      });
  }
}
