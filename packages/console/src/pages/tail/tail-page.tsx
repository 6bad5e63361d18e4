import { CaretRightOutlined, PauseOutlined } from '@ant-design/icons';
import { Button, Input, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useEndpoints } from '../../api/books.ts';
import { type Translate, textOfCode, useLanguage } from '../../i18n/language.tsx';
import { CustomerSelect } from '../../parts/customer-select.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Nothing } from '../../parts/standing.tsx';
import { HttpStatus, OutcomeTag, ResponseState, StateLabel, ToneTag } from '../../parts/tags.tsx';
import { openDetail, setQuery, usePlace } from '../../shell/place.ts';
import { OpenedNotification } from '../notifications/opened-notification.tsx';
import { rowsMax, type TailRow } from './tail-buffer.ts';
import { type TailStanding, useTail } from './use-tail.ts';

const filterNames = ['customerId', 'endpointId', 'houseTaskId', 'outcome'] as const;
const outcomes = ['accepted', 'refused', 'retry', 'misconfigured'] as const;

export default function TailPage() {
  const { t } = useLanguage();
  const { query } = usePlace();
  const [isPaused, setPaused] = useState(false);
  const filter = Object.fromEntries(filterNames.map((name) => [name, query.get(name)]));
  const { rows, taken, dropped, standing, refusal } = useTail(filter, isPaused);
  return (
    <section className="card">
      <div className="toolbar">
        <TailFilter />
        <span className="grow" />
        <StandingTag standing={standing} isPaused={isPaused} />
        <Button
          icon={isPaused ? <CaretRightOutlined /> : <PauseOutlined />}
          onClick={() => setPaused(!isPaused)}
        >
          {t(isPaused ? 'tail.goOn' : 'tail.pause')}
        </Button>
      </div>
      {refusal !== null && (
        <p className="standstill" role="alert">
          {refusal}
        </p>
      )}
      <p className="dim small tail-count" aria-live="off">
        {t('tail.count', { taken: taken.toLocaleString(), rows: rowsMax })}
        {dropped > 0 && ` ${t('tail.dropped', { count: dropped.toLocaleString() })}`}
      </p>
      {rows.length === 0 ? (
        <Nothing title={t('tail.empty')} hint={t('tail.emptyHint')} />
      ) : (
        <TailTable rows={rows} />
      )}
      <OpenedNotification />
    </section>
  );
}

function StandingTag({
  standing,
  isPaused,
}: {
  readonly standing: TailStanding;
  readonly isPaused: boolean;
}) {
  const { t } = useLanguage();
  if (isPaused) return <ToneTag tone="calm">{t('tail.paused')}</ToneTag>;
  const tones = { connecting: 'busy', live: 'good', lost: 'bad' } as const;
  return <ToneTag tone={tones[standing]}>{t(`tail.${standing}`)}</ToneTag>;
}

function TailFilter() {
  const { t, language } = useLanguage();
  const { query } = usePlace();
  const endpoints = useEndpoints();
  const set = (name: string) => (value: string | null | undefined) => setQuery({ [name]: value ?? null });
  return (
    <>
      <CustomerSelect
        allowClear
        className="customer-select"
        aria-label={t('field.customer')}
        placeholder={t('task.anyCustomer')}
        value={query.get('customerId')}
        onChange={set('customerId')}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        className="short-select"
        aria-label={t('field.endpoint')}
        placeholder={t('field.endpoint')}
        value={query.get('endpointId')}
        options={(endpoints.data ?? []).map(({ id }) => ({ value: id, label: id }))}
        onChange={set('endpointId')}
      />
      <Select
        allowClear
        className="short-select"
        aria-label={t('tail.outcome')}
        placeholder={t('tail.outcome')}
        value={query.get('outcome')}
        options={outcomes.map((value) => ({ value, label: textOfCode(language, 'outcome', value) }))}
        onChange={set('outcome')}
      />
      <Input.Search
        allowClear
        className="short-search"
        aria-label={t('field.houseTaskId')}
        placeholder={t('field.houseTaskId')}
        defaultValue={query.get('houseTaskId') ?? ''}
        onSearch={(value) => setQuery({ houseTaskId: value.trim() })}
      />
    </>
  );
}

function TailTable({ rows }: { readonly rows: readonly TailRow[] }) {
  const { t } = useLanguage();
  const columns = useMemo(() => columnsOf(t), [t]);
  return (
    <DataTable
      caption={t('menu.tail')}
      rows={rows}
      rowKey={({ number }) => String(number)}
      columns={columns}
    />
  );
}

function columnsOf(t: Translate): readonly Column<TailRow>[] {
  return [
    { key: 'at', title: t('tail.at'), render: ({ at }) => <Moment at={at} withMs /> },
    { key: 'outcome', title: t('tail.outcome'), render: ({ outcome }) => <OutcomeTag outcome={outcome} /> },
    { key: 'state', title: t('field.state'), width: 130, render: ({ state }) => <StateLabel code={state} /> },
    {
      key: 'house',
      width: 140,
      title: `${t('field.houseId')} / ${t('field.houseTaskId')}`,
      render: ({ notificationId, houseId, houseTaskId, sequence }) => (
        <button
          type="button"
          className="cell-button"
          aria-haspopup="dialog"
          onClick={() => openDetail(notificationId)}
        >
          <code>{houseId}</code>
          <span className="dim small">
            {houseTaskId} · #{sequence}
          </span>
        </button>
      ),
    },
    { key: 'endpoint', title: t('field.endpoint'), width: 110, render: ({ endpointId }) => endpointId },
    {
      key: 'answer',
      title: 'HTTP / state',
      render: ({ httpStatus, responseState }) => (
        <span className="answer">
          <HttpStatus status={httpStatus} />
          <span className="dim">/</span>
          <ResponseState state={responseState} />
        </span>
      ),
    },
    { key: 'attempt', title: t('field.attempts'), isNumber: true, render: ({ attempt }) => attempt },
    {
      key: 'duration',
      title: t('field.duration'),
      isNumber: true,
      render: ({ durationMs }) => `${Math.round(durationMs)} ms`,
    },
  ];
}
