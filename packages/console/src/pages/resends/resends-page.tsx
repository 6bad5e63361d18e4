import type { ResendJob } from '@doorbell/server/api';
import { useQuery } from '@tanstack/react-query';
import { callApi } from '../../api/call-api.ts';
import { type Translate, useLanguage } from '../../i18n/language.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { FilterInWords } from '../../parts/filter-in-words.tsx';
import { Link } from '../../parts/link.tsx';
import { Moment } from '../../parts/moment.tsx';
import { type NotificationFilter, notificationsHref } from '../../parts/notification-query.ts';
import { Loading, Nothing, Unanswered } from '../../parts/standing.tsx';
import { ResendProgress } from './resend-progress.tsx';

const refreshMs = 1_000;

/** The resends of a filter: how far each has come, who started it, and a way to stop it. */
export default function ResendsPage() {
  const { t } = useLanguage();
  const found = useQuery({
    queryKey: ['resends'],
    queryFn: async ({ signal }) => (await callApi<{ items: ResendJob[] }>('/resends', { signal })).items,
    refetchInterval: ({ state }) =>
      state.data?.some((job) => job.state === 'running') ? refreshMs : 10 * refreshMs,
  });
  return (
    <section className="card">
      {found.isPending && <Loading />}
      <Unanswered found={found} />
      {found.data?.length === 0 && (
        <Nothing title={t('resend.empty')} hint={t('resend.emptyHint')}>
          <Link to="/notifications">{t('resend.toList')}</Link>
        </Nothing>
      )}
      {found.data !== undefined && found.data.length > 0 && (
        <DataTable
          caption={t('menu.resends')}
          rows={found.data}
          rowKey={({ id }) => id}
          columns={columns(t)}
        />
      )}
    </section>
  );
}

function columns(t: Translate): readonly Column<ResendJob>[] {
  return [
    { key: 'startedAt', title: t('resend.startedAt'), render: ({ startedAt }) => <Moment at={startedAt} /> },
    { key: 'startedBy', title: t('resend.startedBy'), render: ({ startedBy }) => showStarter(startedBy, t) },
    {
      key: 'filter',
      width: 240,
      title: t('resend.filter'),
      render: (job) => {
        const filter = filterOf(job);
        return (
          <Link to={notificationsHref(filter)}>
            <FilterInWords filter={filter} />
          </Link>
        );
      },
    },
    {
      key: 'progress',
      title: t('resend.progress'),
      width: 280,
      render: (job) => <ResendProgress job={job} />,
    },
  ];
}

/** A customer's link, or the name of a user or key, which has no colon. */
function showStarter(startedBy: string, t: Translate): string {
  const [, id] = /^customer:(.*)$/.exec(startedBy) ?? [];
  return id === undefined ? startedBy : t('resend.byCustomer', { id });
}

function filterOf({ filter }: ResendJob): NotificationFilter {
  return Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, String(value)]));
}
