import { RedoOutlined } from '@ant-design/icons';
import type { NotificationWithAttempts } from '@doorbell/server/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Drawer } from 'antd';
import { callApi } from '../../api/call-api.ts';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Copyable } from '../../parts/copyable.tsx';
import { explainNotification } from '../../parts/explain-notification.ts';
import { Fact } from '../../parts/fact.tsx';
import { Link } from '../../parts/link.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Failed, Loading, Nothing } from '../../parts/standing.tsx';
import { ResultTag, StateLabel } from '../../parts/tags.tsx';
import { AttemptCard } from './attempt-card.tsx';
import { VerifyAttempt } from './verify-attempt.tsx';

interface NotificationDrawerProps {
  readonly id: string;
  readonly onClose: () => void;
}

export function NotificationDrawer({ id, onClose }: NotificationDrawerProps) {
  const { t } = useLanguage();
  const mayOperate = useMay('operate');
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
      {found.isError && <Failed error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && <Detail notification={found.data} />}
    </Drawer>
  );
}

function ResendButton({ notification }: { readonly notification: NotificationWithAttempts }) {
  const { t } = useLanguage();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const resend = useMutation({
    mutationFn: () =>
      callApi<{ resent: number }>(`/notifications/${notification.id}/resend`, { method: 'POST', body: {} }),
    onSuccess: ({ resent }) => {
      if (resent > 0) void message.success(t('drawer.resent'));
      else void message.info(t('drawer.notResent'));
      void queries.invalidateQueries({ queryKey: ['notification', notification.id] });
      void queries.invalidateQueries({ queryKey: ['notifications'] });
    },
    onError: (error) => void message.error(error.message),
  });
  return (
    <Button
      type="primary"
      icon={<RedoOutlined aria-hidden />}
      loading={resend.isPending}
      onClick={() => resend.mutate()}
    >
      {t('drawer.resend')}
    </Button>
  );
}

function Detail({ notification }: { readonly notification: NotificationWithAttempts }) {
  const { t, language } = useLanguage();
  const mayOperate = useMay('operate');
  const { customerId, endpointId, houseId, houseTaskId, attempts } = notification;
  const task = `/tasks?${new URLSearchParams({ customerId, houseTaskId })}`;
  return (
    <>
      <p className="standing-now">
        <ResultTag notification={notification} />
        <span>{explainNotification(notification, language)}</span>
      </p>
      <dl className="facts">
        <Fact name={t('field.state')}>
          <StateLabel code={notification.state} />
        </Fact>
        <Fact name={t('field.houseId')}>
          <Copyable text={houseId} />
        </Fact>
        <Fact name={t('field.houseTaskId')}>
          <Copyable text={houseTaskId} /> #{notification.sequence} <Link to={task}>{t('drawer.task')}</Link>
        </Fact>
        <Fact name={t('field.packageId')}>
          <Copyable text={notification.packageId} />
        </Fact>
        <Fact name={t('field.customer')}>{customerId}</Fact>
        <Fact name={t('field.endpoint')}>
          <Link to={`/endpoints/${endpointId}`}>{endpointId}</Link>
        </Fact>
        <Fact name={t('field.createdAt')}>
          <Moment at={notification.createdAt} withMs />
        </Fact>
        <Fact name={t('field.settledAt')}>
          <Moment at={notification.settledAt} withMs />
        </Fact>
      </dl>
      <h3>{t('attempt.all', { count: attempts.length })}</h3>
      {attempts.length === 0 && <Nothing title={t('attempt.none')} hint={t('attempt.noneHint')} />}
      {attempts.toReversed().map((attempt, index) => (
        <AttemptCard key={`${attempt.at} ${attempt.post}`} attempt={attempt} isOpenAtFirst={index === 0}>
          {mayOperate && (
            <VerifyAttempt notificationId={notification.id} index={attempts.length - 1 - index} />
          )}
        </AttemptCard>
      ))}
    </>
  );
}
