import { SafetyCertificateOutlined } from '@ant-design/icons';
import type { AuditEntry, Page } from '@doorbell/server/api';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Input } from 'antd';
import { callApi } from '../../api/call-api.ts';
import { type Language, type Translate, textOfCode, useLanguage } from '../../i18n/language.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Loading, NoMatch, Nothing, Unanswered } from '../../parts/standing.tsx';
import { setQuery, usePlace } from '../../shell/place.ts';
import { AuditChange } from './audit-change.tsx';

export default function AuditPage() {
  const { t } = useLanguage();
  const { query } = usePlace();
  const filter = { actor: query.get('actor'), action: query.get('action') };
  const cursor = query.get('cursor');
  const found = useQuery({
    queryKey: ['audit', filter, cursor],
    queryFn: ({ signal }) =>
      callApi<Page<AuditEntry>>('/audit-log', { query: { ...filter, cursor, limit: 50 }, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <section className="card">
      <div className="toolbar">
        {(['actor', 'action'] as const).map((name) => (
          <Input.Search
            key={name}
            allowClear
            className="short-search"
            aria-label={t(`audit.${name}`)}
            placeholder={t(`audit.${name}`)}
            defaultValue={filter[name] ?? ''}
            onSearch={(value) => setQuery({ [name]: value.trim(), cursor: null })}
          />
        ))}
        <span className="grow" />
        <Verification />
      </div>
      {found.isPending && <Loading rows={10} />}
      <Unanswered found={found} />
      {found.data && <Entries page={found.data} isStale={found.isPlaceholderData} filter={filter} />}
    </section>
  );
}

interface EntriesProps {
  readonly page: Page<AuditEntry>;
  readonly isStale: boolean;
  readonly filter: { readonly actor: string | null; readonly action: string | null };
}

function Entries({ page, isStale, filter }: EntriesProps) {
  const { t, language } = useLanguage();
  if (page.items.length === 0) {
    return filter.actor === null && filter.action === null ? (
      <Nothing title={t('audit.empty')} hint={t('audit.emptyHint')} />
    ) : (
      <NoMatch onReset={() => setQuery({ actor: null, action: null, cursor: null })} />
    );
  }
  return (
    <>
      <DataTable
        caption={t('menu.audit')}
        rows={page.items}
        rowKey={({ sequence }) => String(sequence)}
        columns={columns(t, language)}
        isStale={isStale}
      />
      <Pager count={page.items.length} next={page.next} />
    </>
  );
}

/** Computes the chain of hashes again, so that an altered or missing entry shows. */
function Verification() {
  const { t } = useLanguage();
  const verify = useMutation({
    mutationFn: () =>
      callApi<{ intact: boolean; rows?: number; brokenAt?: number; why?: string }>('/audit-log/verify'),
  });
  const { data } = verify;
  return (
    <>
      {data && (
        <Alert
          showIcon
          type={data.intact ? 'success' : 'error'}
          title={
            data.intact
              ? t('audit.intact', { rows: data.rows ?? 0 })
              : t('audit.broken', { at: data.brokenAt ?? '?', why: data.why ?? '' })
          }
        />
      )}
      {verify.error && <Alert showIcon type="error" title={verify.error.message} />}
      <Button
        icon={<SafetyCertificateOutlined aria-hidden />}
        loading={verify.isPending}
        onClick={() => verify.mutate()}
      >
        {t('audit.verify')}
      </Button>
    </>
  );
}

function columns(t: Translate, language: Language): readonly Column<AuditEntry>[] {
  return [
    { key: 'sequence', title: '#', isNumber: true, render: ({ sequence }) => sequence },
    { key: 'at', title: t('audit.at'), render: ({ at }) => <Moment at={at} /> },
    {
      key: 'actor',
      width: 130,
      title: t('audit.actor'),
      render: ({ actor }) => (
        <span className="two-lines">
          <strong>{actor.id}</strong>
          <span className="dim small">
            {textOfCode(language, 'actor', actor.kind)}
            {actor.address ? ` · ${actor.address}` : ''}
          </span>
        </span>
      ),
    },
    {
      key: 'action',
      width: 140,
      title: t('audit.action'),
      render: ({ action }) => (
        <span className="two-lines">
          <span>{textOfCode(language, 'deed', action)}</span>
          <code className="dim small">{action}</code>
        </span>
      ),
    },
    {
      key: 'target',
      width: 140,
      title: t('audit.target'),
      render: ({ target }) => <code className="url-cell">{target}</code>,
    },
    {
      key: 'change',
      width: 200,
      title: t('audit.change'),
      render: ({ before, after }) => <AuditChange before={before} after={after} />,
    },
  ];
}
