import { RedoOutlined, ReloadOutlined } from '@ant-design/icons';
import { Button, Select, Switch } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { isEmptyFilter, type NotificationFilter } from '../../parts/notification-query.ts';
import { setQuery } from '../../shell/place.ts';

const ResendDialog = lazy(() => import('./resend-dialog.tsx'));

interface NotificationToolbarProps {
  readonly filter: NotificationFilter;
  readonly order: string | null;
  readonly isLive: boolean;
  readonly onLive: (isLive: boolean) => void;
  readonly isFetching: boolean;
  readonly onRefresh: () => void;
}

/** What one does to the list as a whole. */
export default function NotificationToolbar({ filter, order, ...list }: NotificationToolbarProps) {
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
        <Switch id="live" size="small" checked={list.isLive} onChange={list.onLive} />
        {t('notifications.live')}
      </label>
      <Button
        icon={<ReloadOutlined aria-hidden />}
        loading={list.isFetching}
        onClick={() => list.onRefresh()}
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
  const mayOperate = useMay('operate');
  if (!mayOperate) return null;
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
      <Suspense>{isOpen && <ResendDialog filter={filter} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
