import { RedoOutlined } from '@ant-design/icons';
import type { NotificationWithAttempts } from '@doorbell/server/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Drawer, Popconfirm } from 'antd';
import { lazy, Suspense } from 'react';
import { callApi } from '../../api/call-api.ts';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Loading, Unanswered } from '../../parts/standing.tsx';
import { toast } from '../../parts/toast.ts';
import { useReturnFocus } from '../../parts/use-return-focus.ts';

// A list opens without what only an open notification shows.
const NotificationDetail = lazy(() => import('./notification-detail.tsx'));

interface NotificationDrawerProps {
  readonly id: string;
  readonly onClose: () => void;
}

export default function NotificationDrawer({ id, onClose }: NotificationDrawerProps) {
  const { t } = useLanguage();
  const mayOperate = useMay('operate');
  useReturnFocus();
  const found = useQuery({
    queryKey: ['notification', id],
    queryFn: ({ signal }) =>
      callApi<NotificationWithAttempts>(`/notifications/${encodeURIComponent(id)}`, { signal }),
    // While it is under way the drawer follows it.
    refetchInterval: ({ state }) => (state.data?.result === 0 ? 2_000 : false),
  });
  return (
    <Drawer
      open
      size={920}
      rootClassName="detail-drawer"
      title={`${t('drawer.title')} ${id}`}
      onClose={onClose}
      closable={{ 'aria-label': t('action.close') }}
      extra={mayOperate && found.data && <ResendButton notification={found.data} />}
    >
      {found.isPending && <Loading />}
      <Unanswered found={found} />
      {found.data && (
        <Suspense fallback={<Loading />}>
          <NotificationDetail notification={found.data} />
        </Suspense>
      )}
    </Drawer>
  );
}

function ResendButton({ notification }: { readonly notification: NotificationWithAttempts }) {
  const { t } = useLanguage();
  const queries = useQueryClient();
  const resend = useMutation({
    mutationFn: () =>
      callApi<{ resent: number }>(`/notifications/${notification.id}/resend`, { method: 'POST', body: {} }),
    onSuccess: ({ resent }) => {
      if (resent > 0) toast.good(t('drawer.resent'));
      else toast.calm(t('drawer.notResent'));
      void queries.invalidateQueries({ queryKey: ['notification', notification.id] });
      void queries.invalidateQueries({ queryKey: ['notifications'] });
    },
    onError: (error) => toast.bad(error.message),
  });
  const isDelivered = notification.result === 1;
  const button = (
    <Button
      type="primary"
      icon={<RedoOutlined aria-hidden />}
      loading={resend.isPending}
      onClick={isDelivered ? undefined : () => resend.mutate()}
    >
      {t('drawer.resend')}
    </Button>
  );
  if (!isDelivered) return button;
  return (
    <Popconfirm
      title={t('drawer.resendDelivered')}
      okText={t('drawer.resend')}
      cancelText={t('action.cancel')}
      placement="bottomRight"
      onConfirm={() => resend.mutate()}
    >
      {button}
    </Popconfirm>
  );
}
