import type { Overview } from '@doorbell/server/api';
import { type Language, type Translate, useLanguage } from '../../i18n/language.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EndpointCell } from '../../parts/endpoint-cell.tsx';
import { Link } from '../../parts/link.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Nothing } from '../../parts/standing.tsx';
import { standstillWords } from '../../parts/standstill-words.ts';
import { ToneTag } from '../../parts/tags.tsx';

type Trouble = Overview['endpointsInTrouble'][number];

export function Troubles({ troubles }: { readonly troubles: readonly Trouble[] }) {
  const { t, language } = useLanguage();
  return (
    <section className="card">
      <h2>{t('overview.trouble')}</h2>
      {troubles.length === 0 ? (
        <Nothing title={t('overview.noTrouble')} hint={t('overview.noTroubleHint')} />
      ) : (
        <DataTable
          caption={t('overview.trouble')}
          rows={troubles}
          rowKey={({ endpointId }) => endpointId}
          columns={columns(t, language)}
        />
      )}
    </section>
  );
}

function columns(t: Translate, language: Language): readonly Column<Trouble>[] {
  return [
    {
      key: 'endpoint',
      width: 130,
      title: t('field.endpoint'),
      render: ({ endpointId, customerId }) => (
        <EndpointCell endpointId={endpointId} customerId={customerId} />
      ),
    },
    {
      key: 'reason',
      title: t('field.reason'),
      render: ({ reason }) => (
        <ToneTag tone={reason === 'backlog' ? 'warn' : 'bad'}>{t(`trouble.${reason}`)}</ToneTag>
      ),
    },
    { key: 'since', title: t('field.since'), render: ({ since }) => <Moment at={since} /> },
    {
      key: 'pending',
      title: t('field.pending'),
      isNumber: true,
      render: ({ endpointId, pending }) => (
        <Link to={`/notifications?endpointId=${endpointId}&result=0&order=oldest`}>
          {pending.toLocaleString()}
        </Link>
      ),
    },
    {
      key: 'detail',
      width: 200,
      title: t('field.detail'),
      render: ({ detail }) => <span className="why">{standstillWords(language, detail)}</span>,
    },
  ];
}
