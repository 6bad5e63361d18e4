import type { Notification, Page } from '@doorbell/server/api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { callApi } from '../../api/call-api.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Loading, Nothing, Unanswered } from '../../parts/standing.tsx';
import { openDetail, usePlace } from '../../shell/place.ts';
import { NotificationTable } from '../notifications/notification-table.tsx';
import { OpenedNotification } from '../notifications/opened-notification.tsx';

/** What the endpoint has not got yet, the oldest first. */
export function Undelivered({ endpointId }: { readonly endpointId: string }) {
  const { t } = useLanguage();
  const { query } = usePlace();
  const cursor = query.get('cursor');
  const openId = query.get('open');
  const found = useQuery({
    queryKey: ['notifications', { endpointId, result: '0' }, cursor, 'oldest'],
    queryFn: ({ signal }) =>
      callApi<Page<Notification>>('/notifications', {
        query: { endpointId, result: 0, order: 'oldest', cursor, limit: 50 },
        signal,
      }),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });
  if (found.isPending) return <Loading />;
  if (found.data === undefined) return <Unanswered found={found} />;
  const { items, next } = found.data;
  return (
    <section className="card">
      <Unanswered found={found} />
      {items.length === 0 ? (
        <Nothing title={t('endpoint.allDelivered')} hint={t('endpoint.allDeliveredHint')} />
      ) : (
        <>
          <NotificationTable
            items={items}
            isStale={found.isPlaceholderData}
            openId={openId}
            onOpen={openDetail}
          />
          <Pager count={items.length} next={next} />
        </>
      )}
      <OpenedNotification />
    </section>
  );
}
