import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { listNotifications } from '../../api/list-notifications.ts';
import { useLanguage } from '../../i18n/language.tsx';
import {
  filterNames,
  isEmptyFilter,
  type NotificationFilter,
  readFilter,
} from '../../parts/notification-query.ts';
import { Pager } from '../../parts/pager.tsx';
import { Loading, NoMatch, Nothing, Unanswered } from '../../parts/standing.tsx';
import { openDetail, setQuery, usePlace } from '../../shell/place.ts';
import { FilterFormOutline } from './filter-form-outline.tsx';
import { NotificationTable } from './notification-table.tsx';
import { OpenedNotification } from './opened-notification.tsx';
import { useIsPainted } from './use-is-painted.ts';

// Select, form and calendar take longer to draw than fifty rows, and come when these are on the screen.
const NotificationFilterForm = lazy(() => import('./notification-filter-form.tsx'));
const NotificationToolbar = lazy(() => import('./notification-toolbar.tsx'));
const refreshMs = 5_000;

export default function NotificationsPage() {
  const { query } = usePlace();
  const search = query.toString();
  const filter = useMemo(() => readFilter(new URLSearchParams(search)), [search]);
  const openId = query.get('open');
  const order = query.get('order');
  const { found, isLive, setLive } = useNotifications(filter, query.get('cursor'), order);
  const isPainted = useIsPainted(!found.isPending);
  return (
    <>
      <section className="card">
        <Suspense fallback={<FilterFormOutline />}>
          {isPainted ? <NotificationFilterForm filter={filter} /> : <FilterFormOutline />}
        </Suspense>
      </section>
      <section className="card">
        <Suspense fallback={<div className="toolbar" />}>
          {isPainted ? (
            <NotificationToolbar
              filter={filter}
              order={order}
              isLive={isLive}
              onLive={setLive}
              isFetching={found.isFetching}
              onRefresh={found.refetch}
            />
          ) : (
            <div className="toolbar" />
          )}
        </Suspense>
        <List found={found} filter={filter} openId={openId} />
      </section>
      <OpenedNotification />
    </>
  );
}

function useNotifications(filter: NotificationFilter, cursor: string | null, order: string | null) {
  const [isLive, setLive] = useState(false);
  const found = useQuery({
    ...listNotifications(filter, cursor, order),
    placeholderData: keepPreviousData,
    refetchInterval: isLive && cursor === null ? refreshMs : false,
  });
  return { found, isLive, setLive };
}

interface ListProps extends Pick<ReturnType<typeof useNotifications>, 'found'> {
  readonly filter: NotificationFilter;
  readonly openId: string | null;
}

function List({ found, filter, openId }: ListProps) {
  const { t } = useLanguage();
  if (found.isPending) return <Loading rows={10} />;
  if (found.data === undefined) return <Unanswered found={found} />;
  const { items, next } = found.data;
  if (items.length === 0 && isEmptyFilter(filter)) {
    return <Nothing title={t('notifications.empty')} hint={t('notifications.emptyHint')} />;
  }
  if (items.length === 0) return <NoMatch onReset={resetFilter} />;
  return (
    <>
      <Unanswered found={found} />
      <NotificationTable
        items={items}
        isStale={found.isPlaceholderData}
        openId={openId}
        onOpen={openDetail}
      />
      <Pager count={items.length} next={next} />
    </>
  );
}

function resetFilter(): void {
  setQuery({ ...Object.fromEntries(filterNames.map((name) => [name, null])), cursor: null });
}
