import type { NotificationWithAttempts } from '@doorbell/server/api';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Copyable } from '../../parts/copyable.tsx';
import { CustomerName } from '../../parts/customer-name.tsx';
import { explainNotification } from '../../parts/explain-notification.ts';
import { Fact } from '../../parts/fact.tsx';
import { Link } from '../../parts/link.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Nothing } from '../../parts/standing.tsx';
import { ResultTag, StateLabel } from '../../parts/tags.tsx';
import { AttemptCard } from './attempt-card.tsx';
import { VerifyAttempt } from './verify-attempt.tsx';

interface NotificationDetailProps {
  readonly notification: NotificationWithAttempts;
}

/** What is in the drawer: why the notification stands where it does, its facts, and every attempt, the last one open. */
export default function NotificationDetail({ notification }: NotificationDetailProps) {
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
        <Fact name={t('field.customer')}>
          <CustomerName id={customerId} />
        </Fact>
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
