import { RedoOutlined, ReloadOutlined } from '@ant-design/icons';
import type { Notification, Page } from '@doorbell/server/api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Select, Switch } from 'antd';
import { useMemo, useState } from 'react';
import { callApi } from '../../api/call-api.ts';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import {
  filterNames,
  isEmptyFilter,
  type NotificationFilter,
  readFilter,
} from '../../parts/notification-query.ts';
import { Pager } from '../../parts/pager.tsx';
import { Failed, Loading, NoMatch, Nothing } from '../../parts/standing.tsx';
import { setQuery, usePlace } from '../../shell/place.ts';
import { NotificationDrawer } from './notification-drawer.tsx';
import { NotificationFilterForm } from './notification-filter-form.tsx';
import { NotificationTable } from './notification-table.tsx';
import { ResendDialog } from './resend-dialog.tsx';

const pageSize = 50;
const refreshMs = 5_000;

export default function NotificationsPage() {
  const { query } = usePlace();
  const search = query.toString();
  const filter = useMemo(() => readFilter(new URLSearchParams(search)), [search]);
  const openId = query.get('open');
  const list = useNotifications(filter, query.get('cursor'), query.get('order'));
  return (
    <>
      <section className="card">
        <NotificationFilterForm filter={filter} />
      </section>
      <section className="card">
        <Toolbar {...list} filter={filter} order={query.get('order')} />
        <List {...list} filter={filter} openId={openId} />
      </section>
      {openId !== null && <NotificationDrawer id={openId} onClose={() => setQuery({ open: null })} />}
    </>
  );
}

function useNotifications(filter: NotificationFilter, cursor: string | null, order: string | null) {
  const [isLive, setLive] = useState(false);
  const found = useQuery({
    queryKey: ['notifications', filter, cursor, order],
    queryFn: async ({ signal }) => {
      // A page may be empty and not the last: the server reads only so much that does not match.
      for (let from = cursor; ; ) {
        const query = { ...filter, cursor: from, order, limit: pageSize };
        const page = await callApi<Page<Notification>>('/notifications', { query, signal });
        if (page.items.length > 0 || page.next === null) return page;
        from = page.next;
      }
    },
    placeholderData: keepPreviousData,
    refetchInterval: isLive && cursor === null ? refreshMs : false,
  });
  return { found, isLive, setLive };
}

type FoundNotifications = ReturnType<typeof useNotifications>;

interface ToolbarProps extends FoundNotifications {
  readonly filter: NotificationFilter;
  readonly order: string | null;
}

function Toolbar({ found, isLive, setLive, filter, order }: ToolbarProps) {
  const { t } = useLanguage();
  return (
    <div className="toolbar">
      <Select
        value={order ?? 'newest'}
        aria-label={t('filter.order')}
        options={[
          { value: 'newest', label: t('filter.newest') },
          { value: 'oldest', label: t('filter.oldest') },
        ]}
        onChange={(value) => setQuery({ order: value === 'newest' ? null : value, cursor: null })}
      />
      <ResendFilter filter={filter} />
      <span className="grow" />
      <label className="switch-label" htmlFor="live">
        <Switch id="live" size="small" checked={isLive} onChange={setLive} />
        {t('notifications.live')}
      </label>
      <Button
        icon={<ReloadOutlined aria-hidden />}
        loading={found.isFetching}
        onClick={() => void found.refetch()}
      >
        {t('action.refresh')}
      </Button>
    </div>
  );
}

/** Without a filter it would be everything, which nobody means. */
function ResendFilter({ filter }: { readonly filter: NotificationFilter }) {
  const { t } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const isEmpty = isEmptyFilter(filter);
  const maySeeAll = useMay('see-all');
  const mayOperate = useMay('operate');
  if (!maySeeAll || !mayOperate) return null;
  return (
    <>
      <Button
        icon={<RedoOutlined aria-hidden />}
        disabled={isEmpty}
        title={isEmpty ? t('resend.needFilter') : undefined}
        onClick={() => setOpen(true)}
      >
        {t('resend.open')}
      </Button>
      {isOpen && <ResendDialog filter={filter} onClose={() => setOpen(false)} />}
    </>
  );
}

interface ListProps extends FoundNotifications {
  readonly filter: NotificationFilter;
  readonly openId: string | null;
}

function List({ found, filter, openId }: ListProps) {
  const { t } = useLanguage();
  if (found.isPending) return <Loading rows={10} />;
  if (found.isError) return <Failed error={found.error} onRetry={() => void found.refetch()} />;
  const { items, next } = found.data;
  if (items.length === 0 && isEmptyFilter(filter)) {
    return <Nothing title={t('notifications.empty')} hint={t('notifications.emptyHint')} />;
  }
  if (items.length === 0) return <NoMatch onReset={resetFilter} />;
  return (
    <>
      <NotificationTable
        items={items}
        isStale={found.isPlaceholderData}
        openId={openId}
        onOpen={(id) => setQuery({ open: id })}
      />
      <Pager count={items.length} next={next} />
    </>
  );
}

function resetFilter(): void {
  setQuery({ ...Object.fromEntries(filterNames.map((name) => [name, null])), cursor: null });
}
